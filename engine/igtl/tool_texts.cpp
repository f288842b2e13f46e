#include "engine/igtl/tool_texts.hpp"

#include <array>
#include <numbers>

#include "engine/igtl/last_gate.hpp"
#include "engine/igtl/number_text.hpp"

namespace trocar {

namespace {

constexpr std::string_view none = "none";
constexpr int mm_decimals = 2;
constexpr int ms_decimals = 1;

enum Common : std::size_t {
  status,
  withheld,
  sequence,
  acquired,
  device_frame,
  age,
  epoch,
  bound,
  common_count
};
constexpr std::array<std::string_view, common_count> common_keys = {
    "TransformStatus", "Withheld", "Sequence", "AcquisitionTimeS",
    "DeviceFrame",     "AgeMs",    "Epoch",    "TipBoundMm"};

enum PerStructure : std::size_t { distance, distance_bound, zone, uncertain, why, structure_count };
constexpr std::array<std::string_view, structure_count> structure_keys = {
    ".DistanceMm", ".BoundMm", ".Zone", ".Uncertain", ".Withheld"};

std::string_view yes_no(bool b) { return b ? "yes" : "no"; }

}  // namespace

ToolTexts::ToolTexts(std::string tool, const std::vector<StreamNames::StructureNames>& structures)
    : tool_(std::move(tool)) {
  for (const auto key : common_keys) keys_.emplace_back(key);
  for (const auto& s : structures) {
    for (const auto key : structure_keys) keys_.push_back(s.id + std::string(key));
    line_keys_.push_back({s.id + ".tip_mm", s.id + ".tip_bound_95_mm", s.id + ".shaft_mm",
                          s.id + ".shaft_bound_95_mm", s.id + ".shaft_at_mm", s.id + ".tre_mm",
                          s.id + ".zone", s.id + ".uncertain", s.id + ".withheld"});
  }
  values_.assign(keys_.size(), std::string(none));
  views_.resize(keys_.size());
}

std::span<const igtl::MetadatumView> ToolTexts::sequence_only() const {
  return metadata().subspan(sequence, 1);
}

std::string& ToolTexts::value(std::size_t i) {
  values_[i].clear();
  return values_[i];
}

void ToolTexts::add_line(std::string_view key, std::string_view text) {
  if (!line_.empty()) line_ += ' ';
  line_ += key;
  line_ += '=';
  line_ += text;
}

void ToolTexts::add_number(std::string_view key, double v, int decimals) {
  add_line(key, {});
  igtl::append_fixed(line_, v, decimals);
}

void ToolTexts::write(const ToolGuidance& t, const Guidance& g) {
  line_.clear();
  igtl::append_integer(value(sequence), g.sequence);
  igtl::append_seconds(value(acquired), t.acquired);
  igtl::append_integer(value(device_frame), t.device_frame);
  igtl::append_fixed(value(age), milliseconds_of(t.age), ms_decimals);
  igtl::append_integer(value(epoch), g.epoch);
  add_line("sequence", values_[sequence]);
  add_line("tool", tool_);
  write_pose(t);
  add_line("acquired_s", values_[acquired]);
  add_number("acquired_bound_ms", milliseconds_of(t.acquired_bound), ms_decimals);
  add_line("device_frame", values_[device_frame]);
  add_line("age_ms", values_[age]);
  add_line("epoch", values_[epoch]);
  add_line("state", to_string(g.state));
  write_trajectory(t);
  for (std::size_t i = 0; i < line_keys_.size(); ++i) {
    std::variant<Withheld, StructureDistance> d = Withheld::no_data;
    for (const auto& s : t.structures) {
      if (s.structure.index == i) d = s.distance;
    }
    write_structure(i, d);
  }
  for (std::size_t i = 0; i < keys_.size(); ++i) views_[i] = {keys_[i], values_[i]};
}

void ToolTexts::write_pose(const ToolGuidance& t) {
  if (const auto* reason = std::get_if<Withheld>(&t.pose)) {
    value(status) = transform_status(*reason, t.missing);
    value(withheld) = to_string(*reason);
    value(bound) = none;
    add_line("status", values_[status]);
    add_line("withheld", values_[withheld]);
    if (*reason == Withheld::tool_not_visible) add_line("missing", to_string(t.missing));
    return;
  }
  const auto& pose = std::get<ToolPose>(t.pose);
  value(status) = "OK";
  value(withheld) = none;
  igtl::append_fixed(value(bound), pose.tip_bound_95_mm, mm_decimals);
  add_line("status", values_[status]);
  add_line("tip_bound_95_mm", values_[bound]);
  add_line("interpolated", yes_no(pose.reference_interpolated));
}

void ToolTexts::write_trajectory(const ToolGuidance& t) {
  if (const auto* reason = std::get_if<Withheld>(&t.trajectory)) {
    if (*reason != Withheld::no_data) add_line("trajectory.withheld", to_string(*reason));
    return;
  }
  const auto& e = std::get<TrajectoryError>(t.trajectory);
  add_number("trajectory.entry_mm", e.entry_mm, mm_decimals);
  add_number("trajectory.target_mm", e.target_mm, mm_decimals);
  add_number("trajectory.angle_deg", e.angle_rad * 180.0 / std::numbers::pi, mm_decimals);
  add_number("trajectory.depth_to_target_mm", e.depth_to_target_mm, mm_decimals);
}

void ToolTexts::write_structure(std::size_t index,
                                const std::variant<Withheld, StructureDistance>& d) {
  if (const auto* shown = std::get_if<StructureDistance>(&d)) return write_distance(index, *shown);
  const std::size_t at = common_count + structure_count * index;
  for (const auto i : {distance, distance_bound, zone, uncertain}) value(at + i) = none;
  value(at + why) = to_string(std::get<Withheld>(d));
  add_line(line_keys_[index].withheld, values_[at + why]);
}

void ToolTexts::write_distance(std::size_t index, const StructureDistance& d) {
  const std::size_t at = common_count + structure_count * index;
  const LineKeys& keys = line_keys_[index];
  igtl::append_fixed(value(at + distance), d.tip_to_structure_mm, mm_decimals);
  igtl::append_fixed(value(at + distance_bound), d.tip_bound_95_mm, mm_decimals);
  value(at + zone) = to_string(d.zone);
  value(at + uncertain) = yes_no(d.uncertain);
  value(at + why) = none;
  add_line(keys.tip, values_[at + distance]);
  add_line(keys.tip_bound, values_[at + distance_bound]);
  add_number(keys.shaft, d.shaft_clearance_mm, mm_decimals);
  add_number(keys.shaft_bound, d.shaft_bound_95_mm, mm_decimals);
  add_number(keys.shaft_at, d.shaft_at_mm, mm_decimals);
  add_number(keys.tre, d.predicted_tre_mm, mm_decimals);
  add_line(keys.zone, values_[at + zone]);
  add_line(keys.uncertain, values_[at + uncertain]);
}

}  // namespace trocar
