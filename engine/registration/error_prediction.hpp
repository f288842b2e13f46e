#pragma once
#include <Eigen/Core>
#include <cassert>
#include <cmath>
#include <span>

#include "engine/data/pose_covariance.hpp"

// How far a pose computed from noisy points is off, at first order, before anything is measured at
// the target. Everything here is free of allocation: the navigator asks once per tool pose.
namespace trocar {

using Matrix6 = Eigen::Matrix<double, 6, 6>;

namespace detail {

// Normal equations of the small error (delta_theta, delta_t) of a weighted rigid fit, and the
// covariance that the points' localisation errors give its right-hand side. Arms are points minus
// the centre, in To. Danilchenko & Fitzpatrick 2011 (IEEE TMI 30(3)): any FLE, any weights.
class FitNormal {
 public:
  void add(const Eigen::Vector3d& arm, double weight, const Eigen::Matrix3d& fle);
  // Matrix weight: the fit minimises sum r^T weight r. Symmetric, positive semidefinite.
  void add(const Eigen::Vector3d& arm, const Eigen::Matrix3d& weight, const Eigen::Matrix3d& fle);
  // False when the points leave a rotation free: fewer than 3 of positive weight, or on one line.
  [[nodiscard]] bool determined() const;
  // Only when determined.
  [[nodiscard]] Matrix6 covariance() const;

 private:
  using Vector6 = Eigen::Matrix<double, 6, 1>;
  [[nodiscard]] Vector6 scale() const;  // of the diagonal
  static Matrix6 scaled(const Matrix6& m, const Vector6& scale);
  Matrix6 normal_ = Matrix6::Zero();
  Matrix6 noise_ = Matrix6::Zero();
};

// FitNormal for equal weights, one FLE and arms that sum to zero: rotation and translation are then
// independent and 3 x 3 each, which makes it ten times as fast.
class BodyNormal {
 public:
  void add(const Eigen::Vector3d& arm, const Eigen::Matrix3d& fle);
  [[nodiscard]] Matrix6 covariance(const Eigen::Matrix3d& fle) const;

 private:
  Eigen::Matrix3d normal_ = Eigen::Matrix3d::Zero();  // of the rotation
  Eigen::Matrix3d noise_ = Eigen::Matrix3d::Zero();
  double count_ = 0;
};

double isotropic_tre_rms_mm(double count, const Eigen::Matrix3d& scatter,
                            const Eigen::Vector3d& target, double fle_rms_mm);
Matrix6 recentered(const Matrix6& theta_t, const Eigen::Vector3d& shift);
Matrix6 rotated(const Matrix6& theta_t, const Eigen::Matrix3d& rotation);

template <class F>
Point<F> weighted_centroid(std::span<const Point<F>> points, std::span<const double> weights) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  double total = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sum += weights[i] * points[i].mm;
    total += weights[i];
  }
  return {sum / total};
}

template <class F>
FitNormal fit_normal(const Point<F>& center, std::span<const Point<F>> points,
                     std::span<const Eigen::Matrix3d> fle, std::span<const double> weights) {
  FitNormal normal;
  for (std::size_t i = 0; i < points.size(); ++i) {
    normal.add(points[i].mm - center.mm, weights[i], fle[i]);
  }
  return normal;
}

}  // namespace detail

// Covariance of the rigid fit that minimises sum weights[i] |residual i|^2, when the measured
// `points` (given in To) carry zero-mean independent errors of covariance `fle[i]` (expressed in
// To, mm^2). The weights need not have anything to do with the FLE. Centre: weighted centroid.
// Equal sizes; at least 3 points of positive weight that are not on one line (a broken promise
// stops the program: check a geometry once with determines_pose).
template <class To>
PoseCovariance<To> fit_covariance(std::span<const Point<To>> points,
                                  std::span<const Eigen::Matrix3d> fle,
                                  std::span<const double> weights) {
  assert(points.size() == fle.size() && points.size() == weights.size());
  const Point<To> center = detail::weighted_centroid(points, weights);
  return {detail::fit_normal(center, points, fle, weights).covariance(), center};
}

// The same for a tracked body: `markers` in the body's own axes, one FLE covariance for all of
// them in the axes of To (the tracker's: z is worse than x and y), equal weights.
template <class To, class From>
PoseCovariance<To> fit_covariance(const Transform<To, From>& to_from,
                                  std::span<const Point<From>> markers,
                                  const Eigen::Matrix3d& fle_in_to) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const Point<From>& m : markers) sum += m.mm;
  const Point<From> center{sum / static_cast<double>(markers.size())};
  detail::BodyNormal normal;
  for (const Point<From>& m : markers) normal.add((to_from * (m - center)).mm, fle_in_to);
  return {normal.covariance(fle_in_to), to_from * center};
}

// Whether points with these weights determine a rigid pose (scale-free: an extent across the line
// of at least 1e-3 of the extent along it).
template <class F>
bool determines_pose(std::span<const Point<F>> points, std::span<const double> weights) {
  const Point<F> center = detail::weighted_centroid(points, weights);
  detail::FitNormal normal;
  for (std::size_t i = 0; i < points.size(); ++i) {
    normal.add(points[i].mm - center.mm, weights[i], Eigen::Matrix3d::Zero());
  }
  return normal.determined();
}

// The same uncertainty, told about another centre. Exact at first order.
template <class To>
PoseCovariance<To> recentered(const PoseCovariance<To>& covariance, const Point<To>& center) {
  return {detail::recentered(covariance.theta_t, center.mm - covariance.center.mm), center};
}

// Covariance of b_from_a, in B, from that of a_from_b, in A.
template <class A, class B>
PoseCovariance<B> of_inverse(const Transform<A, B>& a_from_b, const PoseCovariance<A>& in_a) {
  const Transform<B, A> b_from_a = a_from_b.inverse();
  return {detail::rotated(in_a.theta_t, b_from_a.rotation()), b_from_a * in_a.center};
}

// Covariance of a_from_b * b_from_c, in A. The two errors must be independent: a chain that uses
// one measured pose twice needs its own derivation. Centre: that of the first.
template <class A, class B>
PoseCovariance<A> chain(const Transform<A, B>& a_from_b, const PoseCovariance<A>& of_a_from_b,
                        const PoseCovariance<B>& of_b_from_c) {
  const PoseCovariance<A> carried{detail::rotated(of_b_from_c.theta_t, a_from_b.rotation()),
                                  a_from_b * of_b_from_c.center};
  const Matrix6 second = recentered(carried, of_a_from_b.center).theta_t;
  return {of_a_from_b.theta_t + second, of_a_from_b.center};
}

// Predicted TRE at p: the expected root mean square length of the error, mm.
template <class To>
double tre_rms_mm(const PoseCovariance<To>& covariance, const Point<To>& p) {
  return std::sqrt(covariance.at(p).trace());
}

// Half width of the two-sided 95 % interval of the error along `direction` (any length):
// 1.96 standard deviations. Zero, no direction: not below that of any direction. `covariance` is
// that of a position, mm^2. See decision 0020.
double bound_95_mm(const Eigen::Matrix3d& covariance, const Eigen::Vector3d& direction);

// Radius of the ball that holds the position error with 95 % probability, for any covariance.
// The law of the squared length, a weighted sum of chi-squares, is replaced by the shifted and
// scaled chi-square of equal mean, variance and skewness (Buckley & Eagleson 1988): exact for one,
// two or three equal principal variances (the others zero); otherwise the ball holds 95.0 to
// 95.3 %.
double radius_95_mm(const Eigen::Matrix3d& covariance);

// Fitzpatrick, West, Maurer 1998, eq. 46: RMS TRE at `target` of an unweighted fit of `points` with
// isotropic FLE of RMS length `fle_rms_mm`. For comparison: with anisotropic FLE it can be 20 %
// low.
template <class F>
double isotropic_tre_rms_mm(std::span<const Point<F>> points, const Point<F>& target,
                            double fle_rms_mm) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const Point<F>& p : points) sum += p.mm;
  const Eigen::Vector3d mean = sum / static_cast<double>(points.size());
  Eigen::Matrix3d scatter = Eigen::Matrix3d::Zero();
  for (const Point<F>& p : points) scatter += (p.mm - mean) * (p.mm - mean).transpose();
  return detail::isotropic_tre_rms_mm(static_cast<double>(points.size()), scatter, target.mm - mean,
                                      fle_rms_mm);
}

}  // namespace trocar
