#include "engine/registration/error_prediction.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/registration/chi_square.hpp"

namespace trocar {
namespace {

using Matrix36 = Eigen::Matrix<double, 3, 6>;

Eigen::Matrix3d cross_matrix(const Eigen::Vector3d& v) {
  Eigen::Matrix3d m;
  m << 0, -v.z(), v.y(),  //
      v.z(), 0, -v.x(),   //
      -v.y(), v.x(), 0;
  return m;
}

// d position / d (theta, t) of a point at `arm` from the centre: t + theta x arm.
Matrix36 jacobian(const Eigen::Vector3d& arm) {
  Matrix36 j;
  j.leftCols<3>() = -cross_matrix(arm);
  j.rightCols<3>() = Eigen::Matrix3d::Identity();
  return j;
}

// 95 % quantiles of the chi-square distribution for `dof` in [1, 3], where radius_95_mm needs them
// for every pose: linear between 257 exact ones, to 1e-6.
class Quantiles95 {
 public:
  Quantiles95() {
    for (std::size_t i = 0; i < knots_.size(); ++i) {
      knots_[i] = chi_square_quantile(1.0 + static_cast<double>(i) / per_dof, 0.95);
    }
  }
  [[nodiscard]] double at(double dof) const {
    const double place = std::clamp((dof - 1.0) * per_dof, 0.0, 2.0 * per_dof);
    const auto below = std::min(static_cast<std::size_t>(place), knots_.size() - 2);
    const double rest = place - static_cast<double>(below);
    return knots_[below] + rest * (knots_[below + 1] - knots_[below]);
  }

 private:
  static constexpr double per_dof = 128;
  std::array<double, 257> knots_{};
};
const Quantiles95 quantiles_95;

}  // namespace

namespace detail {

void FitNormal::add(const Eigen::Vector3d& arm, double weight, const Eigen::Matrix3d& fle) {
  const Matrix36 j = jacobian(arm);
  normal_.noalias() += weight * (j.transpose() * j);
  noise_.noalias() += weight * weight * (j.transpose() * fle * j);
}

void FitNormal::add(const Eigen::Vector3d& arm, const Eigen::Matrix3d& weight,
                    const Eigen::Matrix3d& fle) {
  const Matrix36 j = jacobian(arm);
  const Matrix36 wj = weight * j;
  normal_.noalias() += j.transpose() * wj;
  noise_.noalias() += wj.transpose() * fle * wj;
}

// Brings rotation (mm^2) and translation (1) to like size, so that one limit serves both.
FitNormal::Vector6 FitNormal::scale() const {
  const double rotation = normal_.topLeftCorner<3, 3>().trace();
  const double translation = normal_.bottomRightCorner<3, 3>().trace();
  Vector6 s;
  s.head<3>().setConstant(rotation > 0 ? 1.0 / std::sqrt(rotation) : 0.0);
  s.tail<3>().setConstant(translation > 0 ? 1.0 / std::sqrt(translation) : 0.0);
  return s;
}

Matrix6 FitNormal::scaled(const Matrix6& m, const Vector6& scale) {
  return scale.asDiagonal() * m * scale.asDiagonal();
}

bool FitNormal::determined() const {
  if (!normal_.allFinite()) return false;
  const Eigen::SelfAdjointEigenSolver<Matrix6> eigen(scaled(normal_, scale()),
                                                     Eigen::EigenvaluesOnly);
  const double smallest = eigen.eigenvalues()(0);
  return smallest > 0.5e-6;  // variance ratio: extents across and along the line as 1 : 1000
}

Matrix6 FitNormal::covariance() const {
  const Vector6 s = scale();
  const Eigen::LLT<Matrix6> factor(scaled(normal_, s));
  const double smallest_pivot = factor.matrixLLT().diagonal().minCoeff();
  assert(factor.info() == Eigen::Success && smallest_pivot > 1e-6);
  const Matrix6 half = factor.solve(scaled(noise_, s));
  const Matrix6 both = factor.solve(half.transpose());
  const Matrix6 unscaled = scaled(both, s);
  return 0.5 * (unscaled + unscaled.transpose());
}

void BodyNormal::add(const Eigen::Vector3d& arm, const Eigen::Matrix3d& fle) {
  const Eigen::Matrix3d across = cross_matrix(arm);
  normal_ += arm.squaredNorm() * Eigen::Matrix3d::Identity() - arm * arm.transpose();
  noise_ += across * fle * across.transpose();
  count_ += 1;
}

Matrix6 BodyNormal::covariance(const Eigen::Matrix3d& fle) const {
  const Eigen::Matrix3d inverse = normal_.inverse();
  Matrix6 out = Matrix6::Zero();
  out.topLeftCorner<3, 3>() = inverse * noise_ * inverse;
  out.bottomRightCorner<3, 3>() = fle / count_;
  return out;
}

double isotropic_tre_rms_mm(double count, const Eigen::Matrix3d& scatter,
                            const Eigen::Vector3d& target, double fle_rms_mm) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> principal(scatter);
  const Eigen::Vector3d variance = principal.eigenvalues() / count;
  const Eigen::Vector3d along = principal.eigenvectors().transpose() * target;
  double sum = 0;
  for (int k = 0; k < 3; ++k) {
    const double d2 = target.squaredNorm() - along(k) * along(k);  // from principal axis k
    const double f2 = variance.sum() - variance(k);                // fiducials from that axis
    assert(f2 > 0);
    sum += d2 / f2;
  }
  return fle_rms_mm * std::sqrt((1.0 + sum / 3.0) / count);
}

// J C J^T with J = [I 0; K I], block by block.
Matrix6 recentered(const Matrix6& theta_t, const Eigen::Vector3d& shift) {
  const Eigen::Matrix3d k = -cross_matrix(shift);
  const Eigen::Matrix3d mixed = theta_t.topRightCorner<3, 3>();
  const Eigen::Matrix3d moved = mixed + theta_t.topLeftCorner<3, 3>() * k.transpose();
  Matrix6 out = theta_t;
  out.topRightCorner<3, 3>() = moved;
  out.bottomLeftCorner<3, 3>() = moved.transpose();
  out.bottomRightCorner<3, 3>() += k * moved + mixed.transpose() * k.transpose();
  return out;
}

Matrix6 rotated(const Matrix6& theta_t, const Eigen::Matrix3d& rotation) {
  Matrix6 out;
  for (const int row : {0, 3}) {
    for (const int column : {0, 3}) {
      out.block<3, 3>(row, column) =
          rotation * theta_t.block<3, 3>(row, column) * rotation.transpose();
    }
  }
  return out;
}

}  // namespace detail

double bound_95_mm(const Eigen::Matrix3d& covariance, const Eigen::Vector3d& direction) {
  // Without a direction: no direction's variance is larger than their sum.
  if (direction.isZero(0)) return 1.96 * std::sqrt(covariance.trace());
  const Eigen::Vector3d n = direction.normalized();
  return 1.96 * std::sqrt(std::fmax(0.0, n.dot(covariance * n)));
}

double radius_95_mm(const Eigen::Matrix3d& covariance) {
  const double k1 = covariance.trace();
  const Eigen::Matrix3d square = covariance * covariance;
  const double s2 = square.trace();                 // sum of squared principal variances
  const double s3 = (square * covariance).trace();  // and of their cubes
  if (s3 <= 0) return 0;
  const double dof = s2 * s2 * s2 / (s3 * s3);  // in [1, 3]
  const double x = quantiles_95.at(dof);
  return std::sqrt(k1 + std::sqrt(s2 / dof) * (x - dof));
}

}  // namespace trocar
