#include "tools/trocar/tool_fields.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace trocar {
namespace {

constexpr const char* tracker = "Tracker";

class FieldMap {
 public:
  FieldMap(const std::vector<std::string>& fields, const std::vector<ToolModel>& tools,
           const std::map<std::string, std::string>& tool_of)
      : fields_(fields), tools_(tools), tool_of_(tool_of) {}

  Result<ToolFields> read() const {
    auto found = poses_in(tracker);
    if (!found || found.value().unseen.size() < tools_.size()) return found;
    const auto reference = std::ranges::find(tools_, ToolRole::reference, &ToolModel::role);
    for (const std::string& name : names_of(*reference)) {
      auto relative = poses_in(name);
      if (!relative) return relative;
      if (relative.value().unseen.size() == tools_.size()) continue;
      relative.value().relative_to = name;
      relative.value().given = static_cast<std::size_t>(reference - tools_.begin());
      std::erase(relative.value().unseen, reference->name);
      return relative;
    }
    return none();
  }

 private:
  // What the sequence may call a tool.
  [[nodiscard]] std::set<std::string> names_of(const ToolModel& tool) const {
    std::set<std::string> names;
    if (!tool_of_.contains(tool.name)) names.insert(tool.name);
    for (const auto& [name, of] : tool_of_) {
      if (of == tool.name) names.insert(name);
    }
    return names;
  }

  // "StylusToTracker" is a pose of "Stylus" in "Tracker"; nothing when no tool is called so.
  [[nodiscard]] std::optional<std::size_t> tool_in(const std::string& field,
                                                   const std::string& frame) const {
    const std::string end = "To" + frame;
    if (!field.ends_with(end) || field.size() == end.size()) return std::nullopt;
    const std::string body = field.substr(0, field.size() - end.size());
    const auto mapped = tool_of_.find(body);
    const std::string& name = mapped != tool_of_.end() ? mapped->second : body;
    const auto tool = std::ranges::find(tools_, name, &ToolModel::name);
    if (tool == tools_.end()) return std::nullopt;
    return static_cast<std::size_t>(tool - tools_.begin());
  }

  [[nodiscard]] Result<ToolFields> poses_in(const std::string& frame) const {
    ToolFields found;
    found.of_tool.resize(tools_.size());
    for (const std::string& field : fields_) {
      const auto tool = tool_in(field, frame);
      if (!tool) {
        found.unused.push_back(field);
        continue;
      }
      std::string& of_tool = found.of_tool[*tool];
      if (!of_tool.empty()) {
        std::string detail = "expected one transform for the tool ";
        detail.append(tools_[*tool].name).append(", found ").append(of_tool);
        return Error{Code::ambiguous, detail.append(" and ").append(field)};
      }
      of_tool = field;
    }
    for (std::size_t i = 0; i < tools_.size(); ++i) {
      if (found.of_tool[i].empty()) found.unseen.push_back(tools_[i].name);
    }
    return found;
  }

  [[nodiscard]] Error none() const {
    std::string there;
    for (const std::string& field : fields_) there += " " + field;
    return {Code::not_found,
            "expected a transform <Tool>ToTracker, or <Tool>To<Reference>, of a tool of the "
            "configuration, or a --tool for it; found" +
                (there.empty() ? " no transform" : there)};
  }

  const std::vector<std::string>& fields_;
  const std::vector<ToolModel>& tools_;
  const std::map<std::string, std::string>& tool_of_;
};

}  // namespace

Result<ToolFields> tool_fields_of(const std::vector<std::string>& fields,
                                  const std::vector<ToolModel>& tools,
                                  const std::map<std::string, std::string>& tool_of) {
  return FieldMap(fields, tools, tool_of).read();
}

}  // namespace trocar
