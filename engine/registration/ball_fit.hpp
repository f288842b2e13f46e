#pragma once
#include <Eigen/Core>

#include "engine/base/result.hpp"
#include "engine/model/intraop_volume.hpp"

namespace trocar {

// How a scanner shows a ball of known radius, and where that fits best.
struct BallFit {
  Point<Intraop> center;
  Eigen::Matrix3d covariance;  // of the centre, mm^2, from the residuals of this fit
  double background_hu, contrast_hu;
  double edge_sigma_mm;  // of the Gaussian that softens the edge
  double misfit;         // RMS residual / contrast
};

// Fraction of a ball of radius 1 after a Gaussian blur of `sigma`, at distance r of its centre, and
// the derivatives. Closed form of the convolution; r >= 0, sigma > 0.
struct SoftBall {
  double value, by_r, by_sigma;
};
SoftBall soft_ball(double r, double sigma);

// Fits centre, contrast, background and edge to the voxels round `start` (Levenberg-Marquardt).
// What the scanner clipped at its ceiling is taken as clipped. `start` must lie inside the ball.
// Errors: out_of_range (too near the border of the volume), not_converged.
Result<BallFit> fit_ball(const IntraopVolume& volume, const Point<Intraop>& start,
                         double radius_mm);

}  // namespace trocar
