#include "engine/registration/rigid_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <cmath>
#include <optional>

namespace trocar {
namespace detail {
namespace {

std::optional<Error> refuse(Points from, Points to, std::span<const double> weights) {
  if (from.size() != to.size() || from.size() != weights.size()) {
    return Error{Code::inconsistent,
                 fmt::format("rigid fit: expected equal counts, found {} points from, {} to, {} "
                             "weights",
                             from.size(), to.size(), weights.size())};
  }
  std::size_t used = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (!from[i].allFinite() || !to[i].allFinite() || !std::isfinite(weights[i]) ||
        weights[i] < 0) {
      return Error{Code::out_of_range,
                   fmt::format("rigid fit: point {} of {}: expected finite coordinates and a "
                               "weight >= 0",
                               i + 1, from.size())};
    }
    if (weights[i] > 0) ++used;
  }
  if (used < 3) {
    return Error{Code::out_of_range,
                 fmt::format("rigid fit: expected 3 or more weighted points, found {}", used)};
  }
  return std::nullopt;
}

Eigen::Vector3d centroid(Points points, std::span<const double> weights) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  double total = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    sum += weights[i] * points[i];
    total += weights[i];
  }
  return sum / total;
}

bool on_one_line(Points points, std::span<const double> weights) {
  const Eigen::Vector3d center = centroid(points, weights);
  FitNormal normal;
  for (std::size_t i = 0; i < points.size(); ++i) {
    normal.add(points[i] - center, weights[i], Eigen::Matrix3d::Zero());
  }
  return !normal.determined();
}

// What the transform leaves of each point, and the weighted RMS of it.
void measure_residuals(RawFit& fit, Points from, Points to, std::span<const double> weights) {
  double squares = 0;
  double total = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    fit.residuals.push_back(to[i] - fit.to_from * from[i]);
    squares += weights[i] * fit.residuals.back().squaredNorm();
    total += weights[i];
  }
  fit.fre_mm = std::sqrt(squares / total);
}

}  // namespace

Eigen::Isometry3d best_rigid(Points from, Points to, std::span<const double> weights) {
  const Eigen::Vector3d from_center = centroid(from, weights);
  const Eigen::Vector3d to_center = centroid(to, weights);
  Eigen::Matrix3d h = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < from.size(); ++i) {
    h += weights[i] * (to[i] - to_center) * (from[i] - from_center).transpose();
  }
  const Eigen::JacobiSVD<Eigen::Matrix3d> svd(h, Eigen::ComputeFullU | Eigen::ComputeFullV);
  const double handed = (svd.matrixU() * svd.matrixV().transpose()).determinant();
  const Eigen::Vector3d signs(1, 1, handed < 0 ? -1.0 : 1.0);
  Eigen::Isometry3d to_from = Eigen::Isometry3d::Identity();
  to_from.linear() = svd.matrixU() * signs.asDiagonal() * svd.matrixV().transpose();
  to_from.translation() = to_center - to_from.linear() * from_center;
  return to_from;
}

Result<RawFit> fit_rigid(Points from, Points to, std::span<const double> weights) {
  if (const auto error = refuse(from, to, weights)) return *error;
  if (on_one_line(from, weights) || on_one_line(to, weights)) {
    return Error{Code::ambiguous,
                 fmt::format("rigid fit: the {} points lie on one line: the turn about it is free",
                             from.size())};
  }
  RawFit fit{};
  fit.to_from = best_rigid(from, to, weights);
  fit.center = fit.to_from * centroid(from, weights);
  measure_residuals(fit, from, to, weights);
  double used = 0;
  double total = 0;
  for (const double w : weights) {
    used += w > 0 ? 1 : 0;
    total += w;
  }
  const double squares = fit.fre_mm * fit.fre_mm * total;
  fit.fle_estimate_mm = fit.fre_mm / std::sqrt(1.0 - 2.0 / used);
  const double unit_variance = squares / (3 * used - 6);  // of one axis at weight 1
  FitNormal normal;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const double axis_variance = weights[i] > 0 ? unit_variance / weights[i] : 0.0;
    normal.add(fit.to_from * from[i] - fit.center, weights[i],
               axis_variance * Eigen::Matrix3d::Identity());
  }
  fit.covariance = normal.covariance();
  return fit;
}

namespace {

// Inverse covariance of each residual at the present rotation; nothing when one is not positive
// definite.
std::optional<std::vector<Eigen::Matrix3d>> information(const Eigen::Matrix3d& rotation,
                                                        std::span<const Eigen::Matrix3d> from_fle,
                                                        std::span<const Eigen::Matrix3d> to_fle) {
  std::vector<Eigen::Matrix3d> out;
  for (std::size_t i = 0; i < from_fle.size(); ++i) {
    const Eigen::Matrix3d c = to_fle[i] + rotation * from_fle[i] * rotation.transpose();
    const Eigen::LLT<Eigen::Matrix3d> factor(c);
    if (!c.allFinite() || factor.info() != Eigen::Success) return std::nullopt;
    out.emplace_back(factor.solve(Eigen::Matrix3d::Identity()));
  }
  return out;
}

struct Step {
  Eigen::Matrix<double, 6, 1> theta_t;
  FitNormal normal;
};

// One Gauss-Newton step of sum r^T W r about `center`, and its normal equations.
Step gauss_newton(const Eigen::Isometry3d& to_from, const Eigen::Vector3d& center, Points from,
                  Points to, std::span<const Eigen::Matrix3d> weights) {
  Step step;
  Eigen::Matrix<double, 6, 1> right = Eigen::Matrix<double, 6, 1>::Zero();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const Eigen::Vector3d fitted = to_from * from[i];
    const Eigen::Vector3d force = weights[i] * (to[i] - fitted);
    const Eigen::Vector3d arm = fitted - center;
    right.head<3>() += arm.cross(force);
    right.tail<3>() += force;
    step.normal.add(arm, weights[i], weights[i].inverse());
  }
  // With noise = inverse weights the covariance is the inverse of the normal matrix.
  step.theta_t = step.normal.covariance() * right;
  return step;
}

Eigen::Isometry3d moved(const Eigen::Isometry3d& to_from, const Eigen::Vector3d& center,
                        const Eigen::Matrix<double, 6, 1>& theta_t) {
  const Eigen::Vector3d theta = theta_t.head<3>();
  const double angle = theta.norm();
  const Eigen::Vector3d axis =
      angle > 0 ? Eigen::Vector3d(theta / angle) : Eigen::Vector3d::UnitX();
  const Eigen::Vector3d shift = theta_t.tail<3>();
  return Eigen::Translation3d(center + shift) * Eigen::AngleAxisd(angle, axis) *
         Eigen::Translation3d(-center) * to_from;
}

}  // namespace

Result<RawFit> fit_rigid_known_fle(Points from, Points to,
                                   std::span<const Eigen::Matrix3d> from_fle,
                                   std::span<const Eigen::Matrix3d> to_fle) {
  const std::vector<double> equal(from.size(), 1.0);
  auto start = fit_rigid(from, to, equal);
  if (!start) return start.error();
  if (from_fle.size() != from.size() || to_fle.size() != from.size()) {
    return Error{Code::inconsistent, "rigid fit: expected one FLE covariance per point and side"};
  }
  RawFit fit = start.value();
  for (int i = 0; i < 50; ++i) {
    const auto weights = information(fit.to_from.linear(), from_fle, to_fle);
    if (!weights) {
      return Error{Code::out_of_range,
                   "rigid fit: expected positive definite FLE covariances, found one that is not"};
    }
    const Step step = gauss_newton(fit.to_from, fit.center, from, to, *weights);
    fit.to_from = moved(fit.to_from, fit.center, step.theta_t);
    if (step.theta_t.head<3>().norm() < 1e-10 && step.theta_t.tail<3>().norm() < 1e-9) {
      fit.covariance = step.normal.covariance();
      fit.residuals.clear();
      measure_residuals(fit, from, to, equal);
      fit.fle_estimate_mm = fle_from_fre_mm(fit.fre_mm, from.size());
      return fit;
    }
  }
  return Error{Code::not_converged, "rigid fit: no convergence in 50 steps"};
}

}  // namespace detail

double fle_from_fre_mm(double fre_mm, std::size_t n) {
  return fre_mm / std::sqrt(1.0 - 2.0 / static_cast<double>(n));
}

}  // namespace trocar
