#pragma once
#include <Eigen/Geometry>
#include <span>

namespace trocar {

struct SimulatedFit {
  Eigen::Quaterniond rotation;
  Eigen::Vector3d translation_mm;
  double rms_mm;    // of the residuals of all points
  double worst_mm;  // the largest residual
};

// Least-squares rigid motion that takes `body` to `seen`, point by point (Horn 1987, closed form
// with the quaternion of the largest eigenvalue). Needs the same count, >= 3, not on a line. The
// simulator's own, so that the engine's fit is never checked against itself.
SimulatedFit fit_simulated_body(std::span<const Eigen::Vector3d> body,
                                std::span<const Eigen::Vector3d> seen);

}  // namespace trocar
