#pragma once
#include "engine/data/event.hpp"
#include "engine/data/pose_covariance.hpp"
#include "engine/navigation/pose_pair.hpp"
#include "engine/navigation/tool_model.hpp"

namespace trocar {

// Where an instrument is in a frame, and how far off any point fixed to it may be: tracker noise of
// tool and reference and, once in Preop, the registration in `pose`; the calibrated tip in
// `tip_sigma_mm`.
template <class To>
struct UncertainTip {
  Transform<To, Tip> to_from_tip;
  PoseCovariance<To> pose;
  double tip_sigma_mm;

  // Covariance of the position of a point of the instrument, mm^2. The error of the calibrated tip
  // moves the whole instrument along.
  [[nodiscard]] Eigen::Matrix3d at(const Point<To>& p) const {
    return pose.at(p) + tip_sigma_mm * tip_sigma_mm * Eigen::Matrix3d::Identity();
  }
};

// Composes the pair at its one instant. Both models have markers.
UncertainTip<Reference> in_reference(const PosePair& pair, const ToolModel& tool,
                                     const ToolModel& reference);
UncertainTip<Preop> in_preop(const UncertainTip<Reference>& tip, const Registration& registration);

}  // namespace trocar
