#include "engine/navigation/tip_error.hpp"

#include <span>

#include "engine/registration/error_prediction.hpp"

namespace trocar {
namespace {

PoseCovariance<Tracker> tracking_error(const MarkerPose& pose, const ToolModel& body) {
  const Eigen::Matrix3d fle = body.marker_fle_sigma_mm.cwiseAbs2().asDiagonal();
  return fit_covariance(pose.tracker_from_marker, std::span<const Point<Marker>>(body.markers),
                        fle);
}

}  // namespace

UncertainTip<Reference> in_reference(const PosePair& pair, const ToolModel& tool,
                                     const ToolModel& reference) {
  const auto tracker_from_reference = as_reference(pair.reference);
  const auto reference_from_tracker = tracker_from_reference.inverse();
  const PoseCovariance<Reference> of_reference =
      of_inverse(tracker_from_reference, tracking_error(pair.reference, reference));
  return {reference_from_tracker * as_tool(pair.tool) * tool.tool_from_tip,
          chain(reference_from_tracker, of_reference, tracking_error(pair.tool, tool)),
          tool.tip_sigma_mm};
}

UncertainTip<Preop> in_preop(const UncertainTip<Reference>& tip, const Registration& registration) {
  const auto& preop_from_reference = registration.preop_from_reference;
  return {preop_from_reference * tip.to_from_tip,
          chain(preop_from_reference, registration.covariance, tip.pose), tip.tip_sigma_mm};
}

}  // namespace trocar
