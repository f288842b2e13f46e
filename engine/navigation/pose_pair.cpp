#include "engine/navigation/pose_pair.hpp"

#include <algorithm>

namespace trocar {
namespace {

bool is_missing(const PoseSample& sample) { return std::holds_alternative<Missing>(sample.pose); }

Withheld reason_of(Missing missing, Withheld not_visible) {
  if (missing == Missing::out_of_volume) return Withheld::out_of_volume;
  if (missing == Missing::not_finite) return Withheld::not_finite;
  return not_visible;
}

std::variant<Withheld, PosePair> pair_at(const PoseSample& tool, const PoseHistory& reference,
                                         Duration gap) {
  const auto found = reference.at(tool.acquired, gap);
  if (const auto* why = std::get_if<NoPose>(&found)) {
    return *why == NoPose::missing ? Withheld::reference_not_visible : Withheld::different_instants;
  }
  const auto& at = std::get<PoseAt>(found);
  return PosePair{tool.acquired,
                  std::max(tool.acquired_bound, at.acquired_bound),
                  std::get<MarkerPose>(tool.pose),
                  at.pose,
                  at.interpolated,
                  tool.device_frame};
}

// What both bodies' newest samples say already.
std::optional<Withheld> newest_loss(const PoseHistory& tool, const PoseHistory& reference) {
  if (tool.size() == 0) return Withheld::no_data;
  if (const auto* lost = std::get_if<Missing>(&tool.back(0).pose)) {
    return reason_of(*lost, Withheld::tool_not_visible);
  }
  if (reference.size() == 0) return Withheld::reference_not_visible;
  if (const auto* lost = std::get_if<Missing>(&reference.back(0).pose)) {
    return reason_of(*lost, Withheld::reference_not_visible);
  }
  return std::nullopt;
}

bool is_plausible(const PosePair& pair, const PoseLimits& limits) {
  const Point<Tracker> tool = pair.tool.tracker_from_marker.origin();
  const Point<Tracker> reference = pair.reference.tracker_from_marker.origin();
  return limits.tracker_distance.holds(tool.mm.norm()) &&
         limits.tracker_distance.holds(reference.mm.norm()) &&
         limits.reference_distance.holds(distance_mm(tool, reference));
}

}  // namespace

std::variant<Withheld, PosePair> newest_pair(const PoseHistory& tool, const PoseHistory& reference,
                                             const PoseLimits& limits, Timestamp now) {
  if (const auto lost = newest_loss(tool, reference)) return *lost;
  const Timestamp oldest = now - limits.max_pose_age;
  if (tool.back(0).acquired < oldest || reference.back(0).acquired < oldest) {
    return Withheld::too_old;
  }
  Withheld first = Withheld::different_instants;  // why the newest could not be composed
  for (std::size_t n = 0; n < tool.size() && !is_missing(tool.back(n)); ++n) {
    if (tool.back(n).acquired < oldest) break;
    auto pair = pair_at(tool.back(n), reference, limits.reference_gap);
    if (std::holds_alternative<PosePair>(pair)) return pair;
    if (n == 0) first = std::get<Withheld>(pair);
    // Only an answer that is still to come excuses an older pose.
    if (tool.back(n).acquired <= reference.back(0).acquired) break;
  }
  return first;
}

std::optional<Withheld> doubt(const PosePair& pair, const PoseLimits& limits) {
  const bool outside = pair.tool.out_of_volume || pair.reference.out_of_volume;
  if (outside && !limits.accept_out_of_volume) return Withheld::out_of_volume;
  if (!is_plausible(pair, limits)) return Withheld::implausible;
  const double rms = std::max(pair.tool.marker_rms_mm, pair.reference.marker_rms_mm);
  if (!(rms <= limits.max_marker_rms_mm)) return Withheld::marker_error_high;
  return std::nullopt;
}

}  // namespace trocar
