#include "engine/registration/ball_fit.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "engine/registration/ball_voxels.hpp"

namespace trocar {
namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;  // centre, background, contrast, edge sigma
using Matrix6 = Eigen::Matrix<double, 6, 6>;
using Slopes = Eigen::Matrix<double, Eigen::Dynamic, 6>;  // of the model, a row per voxel

constexpr double rim_mm = 1.5;       // of background round the ball that is fitted too
constexpr double ceiling_hu = 3071;  // of 12 bits: metal reaches it
constexpr int max_steps = 40;
constexpr double settled_mm = 1e-4;
constexpr double max_damping = 1e8;

// Normal equations at p.
struct Linear {
  Vector6 p;
  double squares = 0;  // sum, of measured - model
  Matrix6 normal = Matrix6::Zero();
  Vector6 right = Vector6::Zero();
};

class Fit {
 public:
  Fit(const BallVoxels& voxels, double radius_mm) : voxels_(voxels), radius_mm_(radius_mm) {
    for (const double hu : voxels.hu) clipped_ = clipped_ || hu >= ceiling_hu;
  }

  Linear linearise(const Vector6& p) {
    Linear l{p};
    residuals_.assign(voxels_.hu.size(), 0.0);
    slopes_.setZero(static_cast<Eigen::Index>(voxels_.hu.size()), 6);
    informative_ = 0;
    for (std::size_t i = 0; i < voxels_.hu.size(); ++i) {
      if (!voxels_.used[i]) continue;
      Vector6 slope;
      const double model = model_at(p, voxels_.mm[i], slope);
      const bool cut = clipped_ && model >= ceiling_hu;
      const double residual = voxels_.hu[i] - (cut ? ceiling_hu : model);
      residuals_[i] = residual;
      l.squares += residual * residual;
      if (cut) continue;
      informative_ += 1;
      l.normal += slope * slope.transpose();
      l.right += slope * residual;
      slopes_.row(static_cast<Eigen::Index>(i)) = slope.transpose();
    }
    return l;
  }

  // Covariance of what least squares gives when neighbours share noise: N^-1 (J' C J) N^-1, with
  // C = variance * rho_x^|dx| rho_y^|dy| rho_z^|dz| (autoregressive along each axis). A mere factor
  // for fewer independent voxels is too much for a centre: noise that many voxels share moves the
  // background, hardly the centre. Clipped voxels have no noise and do not count.
  [[nodiscard]] Matrix6 covariance(const Linear& l) const {
    const double variance = l.squares / std::max(1.0, informative_ - 6.0);
    Slopes shared = slopes_;
    for (std::size_t axis = 0; axis < 3; ++axis) share(shared, axis);
    const Matrix6 inverse = l.normal.ldlt().solve(Matrix6::Identity());
    const Matrix6 c = variance * inverse * (slopes_.transpose() * shared) * inverse;
    return 0.5 * (c + c.transpose());
  }

 private:
  double model_at(const Vector6& p, const Eigen::Vector3d& voxel_mm, Vector6& slope) const {
    double model = p[3];
    slope << 0, 0, 0, 1, 0, 0;
    for (const ProfileNode& n : voxels_.profile) {
      const Eigen::Vector3d arm = voxel_mm + n.offset_mm - p.head<3>();
      const double r = arm.norm();
      const SoftBall ball = soft_ball(r / radius_mm_, p[5] / radius_mm_);
      model += n.weight * p[4] * ball.value;
      if (r > 1e-9) slope.head<3>() -= n.weight * p[4] * ball.by_r / (radius_mm_ * r) * arm;
      slope[4] += n.weight * ball.value;
      slope[5] += n.weight * p[4] * ball.by_sigma / radius_mm_;
    }
    return model;
  }

  // Of the residuals of neighbours along an axis.
  [[nodiscard]] double correlation(std::size_t axis) const {
    const std::size_t step = voxels_.stride(axis);
    double products = 0, squares = 0;
    for (std::size_t i = 0; i + step < residuals_.size(); ++i) {
      if (!voxels_.used[i] || !voxels_.used[i + step]) continue;
      const double a = residuals_[i], b = residuals_[i + step];
      products += a * b;
      squares += 0.5 * (a * a + b * b);
    }
    return squares > 0 ? std::clamp(products / squares, 0.0, 0.8) : 0.0;
  }

  // Each column times rho^|i - j| along an axis, as a sum running up and one running down.
  void share(Slopes& columns, std::size_t axis) const {
    const double rho = correlation(axis);
    const auto step = static_cast<Eigen::Index>(voxels_.stride(axis));
    const Eigen::Index rows = columns.rows(), length = voxels_.size[axis];
    const auto place = [&](Eigen::Index i) { return i / step % length; };
    Slopes up = columns, down = columns;
    for (Eigen::Index i = step; i < rows; ++i)
      if (place(i) > 0) up.row(i) += rho * up.row(i - step);
    for (Eigen::Index i = rows - step; i-- > 0;)
      if (place(i) + 1 < length) down.row(i) += rho * down.row(i + step);
    columns = up + down - columns;  // itself is in both
  }

  const BallVoxels& voxels_;
  double radius_mm_;
  bool clipped_ = false;
  double informative_ = 0;  // voxels that are not clipped
  std::vector<double> residuals_;
  Slopes slopes_;  // zero where nothing is fitted, or clipped
};

Vector6 first_guess(const BallVoxels& voxels, const Point<Intraop>& start, double radius_mm,
                    const Eigen::Vector3d& spacing_mm) {
  std::vector<double> rim;
  double inside = 0, n = 0;
  for (std::size_t i = 0; i < voxels.hu.size(); ++i) {
    const double r = (voxels.mm[i] - start.mm).norm();
    if (voxels.used[i] && r > radius_mm + 0.5) rim.push_back(voxels.hu[i]);
    if (r < std::max(0.6 * radius_mm, 0.8 * spacing_mm.maxCoeff())) inside += voxels.hu[i], n += 1;
  }
  const auto middle = rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2);
  std::nth_element(rim.begin(), middle, rim.end());
  Vector6 p;
  p << start.mm, *middle, std::max(inside / std::max(n, 1.0) - *middle, 100.0),
      0.6 * spacing_mm.minCoeff();
  return p;
}

// A step that makes the edge much sharper at once ends where no voxel lies on the edge and nothing
// leads back.
bool plausible(const Vector6& next, const Vector6& from, const Point<Intraop>& start,
               double radius_mm) {
  return next.allFinite() && next[5] > 0.02 * radius_mm && next[5] > 0.5 * from[5] &&
         next[5] < 3.0 * radius_mm && next[4] > 0 && next[4] < 60000 &&
         (next.head<3>() - start.mm).norm() < radius_mm;
}

// Levenberg-Marquardt; nothing if it does not settle.
std::optional<Vector6> descend(Fit& fit, const Vector6& first, const Point<Intraop>& start,
                               double radius_mm) {
  Linear here = fit.linearise(first);
  double damping = 1e-3;
  for (int i = 0; i < max_steps && damping < max_damping; ++i) {
    Matrix6 damped = here.normal;
    damped.diagonal() *= 1.0 + damping;
    damped.diagonal().array() += 1e-9;
    const Vector6 step = damped.ldlt().solve(here.right);
    const Vector6 next = here.p + step;
    damping *= 10;
    if (!plausible(next, here.p, start, radius_mm)) continue;
    Linear there = fit.linearise(next);
    if (there.squares > here.squares) continue;
    here = there;
    if (step.head<3>().norm() < settled_mm) return here.p;
    damping = std::max(damping * 0.02, 1e-9);
  }
  return std::nullopt;
}

Error no_fit() { return {Code::not_converged, "no ball of this radius fits here"}; }

}  // namespace

SoftBall soft_ball(double r, double sigma) {
  const double root_2pi = std::sqrt(2.0 * std::numbers::pi);
  const double s2 = sigma * sigma;
  r = std::max(r, 1e-4);  // the limit is even in r: nothing is lost
  const double near = std::exp(-(1 - r) * (1 - r) / (2 * s2));
  const double far = std::exp(-(1 + r) * (1 + r) / (2 * s2));
  const double erfs = 0.5 * (std::erf((1 + r) / (std::numbers::sqrt2 * sigma)) +
                             std::erf((1 - r) / (std::numbers::sqrt2 * sigma)));
  const double value = erfs - sigma / (r * root_2pi) * (near - far);
  const double by_r = (sigma * (near - far) / (r * r) - (near + far) / (r * sigma)) / root_2pi;
  const double by_sigma =
      -((1 + r) * far + (1 - r) * near) / (root_2pi * s2) -
      ((near - far) + (near * (1 - r) * (1 - r) - far * (1 + r) * (1 + r)) / s2) / (r * root_2pi);
  return {value, by_r, by_sigma};
}

Result<BallFit> fit_ball(const IntraopVolume& volume, const Point<Intraop>& start,
                         double radius_mm) {
  const Eigen::Vector3d& spacing_mm = volume.voxels().geometry.spacing_mm;
  const double reach_mm = radius_mm + rim_mm + 0.5 * spacing_mm.maxCoeff();
  const auto voxels = take_ball_voxels(volume, start, reach_mm);
  if (!voxels) return voxels.error();
  Fit fit(voxels.value(), radius_mm);
  const auto p =
      descend(fit, first_guess(voxels.value(), start, radius_mm, spacing_mm), start, radius_mm);
  if (!p) return no_fit();
  const Linear last = fit.linearise(*p);
  const Eigen::Matrix3d covariance = fit.covariance(last).topLeftCorner<3, 3>();
  if (!covariance.allFinite()) return no_fit();
  const double rms = std::sqrt(last.squares / static_cast<double>(voxels.value().used_count));
  return BallFit{{p->head<3>()}, covariance, (*p)[3], (*p)[4], (*p)[5], rms / (*p)[4]};
}

}  // namespace trocar
