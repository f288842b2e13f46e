#pragma once
#include <Eigen/Geometry>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/registration/error_prediction.hpp"

namespace trocar {

// A rigid fit of points to points, and what its residuals say. Nothing here is the accuracy at a
// target: FRE and TRE are uncorrelated.
template <class To, class From>
struct RigidFit {
  Transform<To, From> to_from;
  // First order, with the localisation error estimated from this very fit: for few points a rough
  // estimate. Callers that know the FLE use fit_covariance.
  PoseCovariance<To> covariance;
  double fre_mm;                      // weighted RMS length of the residuals
  double fle_estimate_mm;             // RMS length per point; see fit_rigid
  std::vector<Offset<To>> residuals;  // to - to_from * from, in the order given
};

namespace detail {

using Points = std::span<const Eigen::Vector3d>;

struct RawFit {
  Eigen::Isometry3d to_from;
  Matrix6 covariance;
  Eigen::Vector3d center;
  double fre_mm;
  double fle_estimate_mm;
  std::vector<Eigen::Vector3d> residuals;
};

// Closed form, no checks, no allocation: equal sizes, positive total weight. For searches.
Eigen::Isometry3d best_rigid(Points from, Points to, std::span<const double> weights);
Result<RawFit> fit_rigid(Points from, Points to, std::span<const double> weights);
Result<RawFit> fit_rigid_known_fle(Points from, Points to,
                                   std::span<const Eigen::Matrix3d> from_fle,
                                   std::span<const Eigen::Matrix3d> to_fle);

template <class F>
std::vector<Eigen::Vector3d> raw(std::span<const Point<F>> points) {
  std::vector<Eigen::Vector3d> out;
  out.reserve(points.size());
  for (const Point<F>& p : points) out.push_back(p.mm);
  return out;
}

template <class To, class From>
Result<RigidFit<To, From>> typed(Result<RawFit> raw_fit) {
  if (!raw_fit) return raw_fit.error();
  const RawFit& f = raw_fit.value();
  std::vector<Offset<To>> residuals;
  for (const Eigen::Vector3d& r : f.residuals) residuals.push_back({r});
  const auto to_from = Transform<To, From>::declare(f.to_from);  // CLAIM: fitted to matched points
  return RigidFit<To, From>{
      to_from, {f.covariance, {f.center}}, f.fre_mm, f.fle_estimate_mm, std::move(residuals)};
}

}  // namespace detail

// The rigid transform (det = +1, never a mirror, never a scale) that minimises
// sum weights[i] |to[i] - to_from from[i]|^2. Closed form by singular values: Arun, Huang, Blostein
// 1987, with Umeyama's 1991 sign. FLE estimate: FRE^2 = (1 - 2/N) FLE^2 (Sibson 1979); with
// unequal weights it holds when they are inverse FLE variances up to a factor, and the estimate is
// that of a point of mean weight. N = 3 leaves 3 degrees of freedom: a very rough FLE.
// Errors: sizes differ, a number is not finite or a weight negative, fewer than 3 points of
// positive weight, points on one line in either set.
template <class To, class From>
Result<RigidFit<To, From>> fit_rigid(std::span<const Point<From>> from,
                                     std::span<const Point<To>> to,
                                     std::span<const double> weights) {
  return detail::typed<To, From>(detail::fit_rigid(detail::raw(from), detail::raw(to), weights));
}

// The fit that weights each point by its inverse FLE covariance, sum r^T W r with
// W = (to_fle + R from_fle R^T)^-1, by Gauss-Newton from the closed form (Balachandran &
// Fitzpatrick 2009 treat the same problem). `from_fle` in the axes of From, `to_fle` in those of
// To, mm^2; the covariance of the result is the inverse of its information and trusts both. Errors
// as fit_rigid, and a covariance that is not positive definite, and no convergence in 50 steps.
template <class To, class From>
Result<RigidFit<To, From>> fit_rigid_known_fle(std::span<const Point<From>> from,
                                               std::span<const Point<To>> to,
                                               std::span<const Eigen::Matrix3d> from_fle,
                                               std::span<const Eigen::Matrix3d> to_fle) {
  return detail::typed<To, From>(
      detail::fit_rigid_known_fle(detail::raw(from), detail::raw(to), from_fle, to_fle));
}

// Estimated FLE (RMS length) of an equal-weight fit of n > 2 points with this FRE.
double fle_from_fre_mm(double fre_mm, std::size_t n);

}  // namespace trocar
