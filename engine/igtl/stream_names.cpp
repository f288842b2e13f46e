#include "engine/igtl/stream_names.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "engine/data/ids.hpp"
#include "engine/igtl/message.hpp"

namespace trocar {

namespace {

bool is_allowed(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

bool says_index(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text.find("index") != std::string::npos;
}

Error refuse(const std::string& what, const std::string& expected, const std::string& found) {
  return {Code::config, what + ": expected " + expected + ", found '" + found + "'"};
}

std::optional<Error> check_word(const std::string& what, const std::string& name) {
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed)) {
    return refuse(what, "one or more of A-Z a-z 0-9 _ -", name);
  }
  if (says_index(name)) {
    return refuse(what, "a name without \"Index\" (3D Slicer makes a phantom element of it)", name);
  }
  return std::nullopt;
}

// Device names so far; adding one checks it.
class Devices {
 public:
  std::optional<Error> add(const std::string& what, const std::string& device) {
    if (device.size() > igtl::max_name_size) {
      return refuse(what, "a device name of at most 19 bytes", device);
    }
    if (!seen_.insert(device).second) return refuse(what, "a name used once", device);
    return std::nullopt;
  }

 private:
  std::set<std::string> seen_;
};

std::optional<Error> add_tool(const std::string& tool, Devices& devices, StreamNames& names) {
  if (tool.empty()) {
    names.tools.emplace_back();
    return std::nullopt;
  }
  const std::string what = "stream name of tool '" + tool + "'";
  if (auto e = check_word(what, tool)) return e;
  const StreamNames::ToolNames n{tool, tool + "ToRas", tool + "Distance", tool + "Closest"};
  for (const auto& device : {n.transform, n.distance, n.line}) {
    if (auto e = devices.add(what, device)) return e;
  }
  names.tools.push_back(n);
  return std::nullopt;
}

std::optional<Error> add_structure(const StreamNames::StructureNames& s, Devices& devices,
                                   StreamNames& names) {
  const std::string what = "stream name of structure '" + s.id + "'";
  if (auto e = check_word(what, s.id)) return e;
  if (auto e = check_word(what + ", its vertebra", s.vertebra)) return e;
  if (auto e = devices.add(what, s.id)) return e;
  names.structures.push_back(s);
  return std::nullopt;
}

}  // namespace

Result<StreamNames> StreamNames::check(const std::vector<std::string>& tools,
                                       const std::vector<StructureNames>& structures) {
  if (tools.size() > max_tools) {
    return refuse("tools of the stream", "at most " + std::to_string(max_tools),
                  std::to_string(tools.size()));
  }
  if (structures.size() > max_structures) {
    return refuse("structures of the stream", "at most " + std::to_string(max_structures),
                  std::to_string(structures.size()));
  }
  StreamNames names;
  Devices devices;
  for (const char* own :
       {status, state, warnings, answer, tracking, images, labels, fiducials, targets}) {
    if (auto e = devices.add("stream", own)) return *e;
  }
  for (const auto& tool : tools) {
    if (auto e = add_tool(tool, devices, names)) return *e;
  }
  for (const auto& structure : structures) {
    if (auto e = add_structure(structure, devices, names)) return *e;
  }
  return names;
}

}  // namespace trocar
