#include "engine/model/ct_handover.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/base/large_pages.hpp"
#include "engine/model/ct_gate.hpp"
#include "engine/model/dicom_file.hpp"
#include "engine/model/dicom_folder.hpp"
#include "engine/model/slice_processes.hpp"

namespace trocar {

namespace {

using nlohmann::json;

json to_json(const std::vector<InputWarning>& issues) {
  json out = json::array();
  for (const InputWarning& i : issues) {
    out.push_back({{"issue", static_cast<int>(i.issue)}, {"detail", i.detail}});
  }
  return out;
}

json to_json(const VolumeGeometry& g) {
  const auto numbers = [](const auto& m) {
    return std::vector<double>(m.data(), m.data() + m.size());
  };
  return {{"size", g.size},
          {"spacing_mm", numbers(g.spacing_mm)},
          {"origin_mm", numbers(g.origin.mm)},
          {"direction", numbers(g.direction)}};
}

json decoded(const std::filesystem::path& folder, int into, int processes) {
  const auto stack = examine_dicom_folder(folder);
  if (!stack) return {{"reason", stack.error().detail}};
  const StackExamination& examined = stack.value().examined;
  json report{{"issues", to_json(examined.issues)}};
  if (!examined.geometry) {
    report["reason"] = refusal_text(examined.issues);
    return report;
  }
  const Status done = decode_in_processes(stack.value(), into, processes);
  if (!done) {
    report["reason"] = done.error().detail;
    return report;
  }
  report["geometry"] = to_json(*examined.geometry);
  report["frame_of_reference_uid"] = stack.value().slices.front().frame_of_reference_uid;
  report["ignored_files"] = stack.value().ignored_files;
  return report;
}

// What the decoding process says is from outside as much as the files it read.
std::string printable(std::string text) {
  constexpr std::size_t longest = 400;
  if (text.size() > longest) text.resize(longest);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::optional<std::vector<double>> numbers(const json& in, const char* key, std::size_t count) {
  if (!in.contains(key) || !in[key].is_array() || in[key].size() != count) return std::nullopt;
  std::vector<double> out;
  for (const json& n : in[key]) {
    if (!n.is_number() || !std::isfinite(n.get<double>())) return std::nullopt;
    out.push_back(n.get<double>());
  }
  return out;
}

std::optional<VolumeGeometry> geometry_of(const json& report) {
  if (!report.contains("geometry") || !report["geometry"].is_object()) return std::nullopt;
  const json& in = report["geometry"];
  const auto size = numbers(in, "size", 3), spacing = numbers(in, "spacing_mm", 3),
             origin = numbers(in, "origin_mm", 3), direction = numbers(in, "direction", 9);
  if (!size || !spacing || !origin || !direction) return std::nullopt;
  constexpr double largest = 1 << 16;
  VolumeGeometry g;
  for (std::size_t k = 0; k < 3; ++k) {
    if (!((*size)[k] >= 1 && (*size)[k] <= largest)) return std::nullopt;
    g.size[k] = static_cast<int>((*size)[k]);
  }
  g.spacing_mm = Eigen::Vector3d::Map(spacing->data());
  g.origin.mm = Eigen::Vector3d::Map(origin->data());
  g.direction = Eigen::Matrix3d::Map(direction->data());
  if (refuses(examine_geometry(g))) return std::nullopt;
  return g;
}

std::vector<InputWarning> issues_of(const json& report) {
  std::vector<InputWarning> out;
  if (!report.contains("issues") || !report["issues"].is_array()) return out;
  constexpr int last = static_cast<int>(last_input_issue);
  constexpr std::size_t most = 100;
  for (const json& i : report["issues"]) {
    if (!i.is_object() || out.size() == most) break;
    const int issue =
        i.contains("issue") && i["issue"].is_number_integer() ? i["issue"].get<int>() : -1;
    if (issue < 0 || issue > last || !i.contains("detail") || !i["detail"].is_string()) continue;
    out.push_back({static_cast<InputIssue>(issue), printable(i["detail"].get<std::string>())});
  }
  return out;
}

std::string text_of(const json& report, const char* key) {
  if (!report.contains(key) || !report[key].is_string()) return {};
  return printable(report[key].get<std::string>());
}

// The voxels, when there are exactly as many as the geometry has.
std::optional<std::vector<std::int16_t>> voxels_of(int from, const VolumeGeometry& g) {
  struct stat is {};
  const std::size_t bytes = g.voxels() * sizeof(std::int16_t);
  if (::fstat(from, &is) != 0 || static_cast<std::size_t>(is.st_size) != bytes) return std::nullopt;
  auto out = large_vector<std::int16_t>(g.voxels());
  auto* const to = reinterpret_cast<char*>(out.data());
  for (std::size_t at = 0; at < bytes;) {
    const ssize_t got = ::pread(from, to + at, bytes - at, static_cast<off_t>(at));
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return out;
}

}  // namespace

std::string decode_folder(const std::filesystem::path& folder, int into, int processes) {
  // A text from a file may be no UTF-8; it must not stop the report.
  return decoded(folder, into, processes).dump(-1, ' ', false, json::error_handler_t::replace);
}

SeriesReading take_decoded(std::string_view text, int from) {
  SeriesReading out;
  const json report = json::parse(text, nullptr, false);
  if (!report.is_object()) {
    out.reason = "expected a report of the decoder, found none";
    return out;
  }
  out.issues = issues_of(report);
  out.reason = text_of(report, "reason");
  if (!out.reason.empty()) return out;
  const auto geometry = geometry_of(report);
  auto voxels = geometry ? voxels_of(from, *geometry) : std::nullopt;
  if (!voxels) {
    out.reason = "expected the decoder to give a volume and its geometry, they do not fit";
    return out;
  }
  auto volume = std::make_shared<CtVolume>();
  volume->geometry = *geometry;
  volume->hounsfield = std::move(*voxels);
  const std::string frame = text_of(report, "frame_of_reference_uid");
  if (is_uid(frame)) volume->frame_of_reference_uid = frame;
  const json ignored = report.value("ignored_files", json());
  out.ct = CtInput{volume, std::exchange(out.issues, {}),
                   ignored.is_number_unsigned() ? ignored.get<std::size_t>() : 0};
  return out;
}

}  // namespace trocar
