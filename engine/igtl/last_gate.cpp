#include "engine/igtl/last_gate.hpp"

#include <cmath>
#include <initializer_list>

namespace trocar {

namespace {

bool all_finite(std::initializer_list<double> values) {
  for (const double v : values) {
    if (!std::isfinite(static_cast<float>(v))) return false;
  }
  return true;
}

bool is_finite(const StructureDistance& d) {
  return all_finite({d.tip_to_structure_mm, d.tip_bound_95_mm, d.shaft_clearance_mm,
                     d.shaft_bound_95_mm, d.shaft_at_mm, d.predicted_tre_mm}) &&
         d.closest.mm.cast<float>().allFinite() && d.normal.mm.cast<float>().allFinite();
}

bool is_finite(const TrajectoryError& t) {
  return all_finite({t.entry_mm, t.target_mm, t.angle_rad, t.depth_to_target_mm});
}

}  // namespace

void withhold_all(ToolGuidance& tool, Withheld why) {
  tool.pose = why;
  tool.trajectory = why;
  for (auto& s : tool.structures) s.distance = why;
}

std::uint64_t withhold_unfit(ToolGuidance& tool) {
  std::uint64_t refused = 0;
  if (const auto* pose = std::get_if<ToolPose>(&tool.pose)) {
    const Eigen::Isometry3d& m = pose->preop_from_tip.matrix();
    const bool finite = m.matrix().cast<float>().allFinite() && all_finite({pose->tip_bound_95_mm});
    if (!finite || !is_rigid(m)) {
      withhold_all(tool, finite ? Withheld::implausible : Withheld::not_finite);
      return 1;
    }
  }
  const auto* withheld = std::get_if<Withheld>(&tool.pose);
  for (auto& s : tool.structures) {
    const auto* d = std::get_if<StructureDistance>(&s.distance);
    if (d == nullptr) continue;
    if (withheld == nullptr && is_finite(*d)) continue;
    s.distance = withheld != nullptr ? *withheld : Withheld::not_finite;
    ++refused;
  }
  if (const auto* t = std::get_if<TrajectoryError>(&tool.trajectory)) {
    if (withheld != nullptr || !is_finite(*t)) {
      tool.trajectory = withheld != nullptr ? *withheld : Withheld::not_finite;
      ++refused;
    }
  }
  return refused;
}

std::string_view transform_status(Withheld why, Missing missing) {
  switch (why) {
    case Withheld::no_data:
    case Withheld::link_lost:
      return "MISSING";
    case Withheld::out_of_volume:
      return "OUT_OF_VOLUME";
    case Withheld::tool_not_visible:
      break;
    case Withheld::reference_not_visible:
    case Withheld::different_instants:
    case Withheld::too_old:
    case Withheld::marker_error_high:
    case Withheld::implausible:
    case Withheld::tip_not_checked:
    case Withheld::tip_check_failed:
    case Withheld::tip_check_expired:
    case Withheld::clock_invalid:
    case Withheld::not_registered:
    case Withheld::bound_too_large:
    case Withheld::not_finite:
      return "INVALID";
  }
  switch (missing) {
    case Missing::not_seen:
    case Missing::too_few_markers:
      return "OUT_OF_VIEW";
    case Missing::out_of_volume:
      return "OUT_OF_VOLUME";
    case Missing::disabled:
    case Missing::unplugged:
      return "MISSING";
    case Missing::bad_fit:
    case Missing::interference:
    case Missing::processing:
    case Missing::not_finite:
      return "INVALID";
  }
  return "UNKNOWN";
}

}  // namespace trocar
