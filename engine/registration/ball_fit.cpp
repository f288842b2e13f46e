#include "engine/registration/ball_fit.hpp"

#include <fmt/format.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace trocar {
namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;  // centre, background, contrast, edge sigma
using Matrix6 = Eigen::Matrix<double, 6, 6>;

constexpr double rim_mm = 1.5;       // of background round the ball that is fitted too
constexpr double ceiling_hu = 3071;  // of 12 bits: metal reaches it
constexpr int max_steps = 40;
constexpr double settled_mm = 1e-4;

// The voxels round a ball, as a block: neighbours are needed for the noise's correlation.
struct Block {
  std::array<int, 3> low{}, size{};
  std::vector<double> hu;
  std::vector<Eigen::Vector3d> mm;
  std::vector<bool> used;
  std::size_t count = 0;
};

Result<Block> take_block(const IntraopVolume& volume, const Point<Intraop>& start,
                         double radius_mm) {
  const VolumeGeometry& g = volume.voxels().geometry;
  const Eigen::Vector3d index = volume.index_of(start);
  const double reach_mm = radius_mm + rim_mm + 0.5 * g.spacing_mm.maxCoeff();
  Block b;
  for (int k = 0; k < 3; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double reach = reach_mm / g.spacing_mm[k];
    b.low[i] = static_cast<int>(std::ceil(index[k] - reach));
    b.size[i] = static_cast<int>(std::floor(index[k] + reach)) - b.low[i] + 1;
    if (b.low[i] < 0 || b.low[i] + b.size[i] > g.size[i])
      return Error{Code::out_of_range, "a ball at the border of the volume is not measured"};
  }
  for (int z = 0; z < b.size[2]; ++z)
    for (int y = 0; y < b.size[1]; ++y)
      for (int x = 0; x < b.size[0]; ++x) {
        const int vx = b.low[0] + x, vy = b.low[1] + y, vz = b.low[2] + z;
        b.mm.push_back(volume.at(Eigen::Vector3d(vx, vy, vz)).mm);
        b.hu.push_back(volume.voxels().at(vx, vy, vz));
        b.used.push_back((b.mm.back() - start.mm).norm() <= reach_mm);
        b.count += b.used.back() ? 1 : 0;
      }
  return b;
}

class Fit {
 public:
  Fit(const Block& block, double radius_mm) : block_(block), radius_mm_(radius_mm) {
    for (const double hu : block.hu) clipped_ = clipped_ || hu >= ceiling_hu;
  }

  // Residuals (measured - model) and normal equations at p; the sum of squares.
  double linearise(const Vector6& p, Matrix6& normal, Vector6& right) {
    normal.setZero();
    right.setZero();
    residuals_.assign(block_.hu.size(), 0.0);
    double squares = 0;
    for (std::size_t i = 0; i < block_.hu.size(); ++i) {
      if (!block_.used[i]) continue;
      const Eigen::Vector3d arm = block_.mm[i] - p.head<3>();
      const double r = arm.norm();
      const SoftBall ball = soft_ball(r / radius_mm_, p[5] / radius_mm_);
      double model = p[3] + p[4] * ball.value;
      const bool cut = clipped_ && model >= ceiling_hu;
      if (cut) model = ceiling_hu;
      const double residual = block_.hu[i] - model;
      residuals_[i] = residual;
      squares += residual * residual;
      if (cut) continue;
      Vector6 slope;
      slope.head<3>() = r > 1e-9 ? Eigen::Vector3d(-p[4] * ball.by_r / (radius_mm_ * r) * arm)
                                 : Eigen::Vector3d::Zero();
      slope.tail<3>() << 1.0, ball.value, p[4] * ball.by_sigma / radius_mm_;
      normal += slope * slope.transpose();
      right += slope * residual;
    }
    return squares;
  }

  // What neighbouring voxels share of their noise makes it count as fewer voxels: the factor on the
  // covariance, of an autoregressive noise along each axis.
  [[nodiscard]] double correlation_factor(double squares) const {
    const std::array<std::size_t, 3> step{
        1, static_cast<std::size_t>(block_.size[0]),
        static_cast<std::size_t>(block_.size[0]) * static_cast<std::size_t>(block_.size[1])};
    const double variance = squares / static_cast<double>(block_.count);
    double factor = 1.0;
    for (std::size_t k = 0; k < 3; ++k) {
      double products = 0, pairs = 0;
      for (std::size_t i = 0; i + step[k] < residuals_.size(); ++i) {
        if (!block_.used[i] || !block_.used[i + step[k]]) continue;
        products += residuals_[i] * residuals_[i + step[k]];
        pairs += 1;
      }
      const double rho = std::clamp(products / (pairs * variance), 0.0, 0.8);
      factor *= (1.0 + rho) / (1.0 - rho);
    }
    return factor;
  }

 private:
  const Block& block_;
  double radius_mm_;
  bool clipped_ = false;
  std::vector<double> residuals_;
};

Vector6 first_guess(const Block& block, const Point<Intraop>& start, double radius_mm,
                    double voxel_mm) {
  std::vector<double> rim;
  double inside = 0, n = 0;
  for (std::size_t i = 0; i < block.hu.size(); ++i) {
    const double r = (block.mm[i] - start.mm).norm();
    if (block.used[i] && r > radius_mm + 0.5) rim.push_back(block.hu[i]);
    if (r < std::max(0.6 * radius_mm, 0.8 * voxel_mm)) inside += block.hu[i], n += 1;
  }
  const auto middle = rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2);
  std::nth_element(rim.begin(), middle, rim.end());
  Vector6 p;
  p << start.mm, *middle, std::max(inside / std::max(n, 1.0) - *middle, 100.0), 0.6 * voxel_mm;
  return p;
}

bool plausible(const Vector6& p, const Point<Intraop>& start, double radius_mm) {
  return p.allFinite() && p[5] > 0.02 * radius_mm && p[5] < 3.0 * radius_mm && p[4] > 0 &&
         p[4] < 60000 && (p.head<3>() - start.mm).norm() < radius_mm;
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
  const auto block = take_block(volume, start, radius_mm);
  if (!block) return block.error();
  Fit fit(block.value(), radius_mm);
  Vector6 p =
      first_guess(block.value(), start, radius_mm, volume.voxels().geometry.spacing_mm.maxCoeff());
  Matrix6 normal;
  Vector6 right;
  double squares = fit.linearise(p, normal, right), damping = 1e-3;
  bool settled = false;
  for (int i = 0; i < max_steps && !settled; ++i) {
    Matrix6 damped = normal;
    damped.diagonal() *= 1.0 + damping;
    damped.diagonal().array() += 1e-9;
    const Vector6 step = damped.ldlt().solve(right);
    const Vector6 next = p + step;
    Matrix6 next_normal;
    Vector6 next_right;
    const double next_squares = plausible(next, start, radius_mm)
                                    ? fit.linearise(next, next_normal, next_right)
                                    : squares + 1.0;
    if (next_squares > squares) {
      damping *= 10;
      if (damping > 1e8) break;
      continue;
    }
    settled = step.head<3>().norm() < settled_mm;
    p = next;
    squares = next_squares;
    normal = next_normal;
    right = next_right;
    damping = std::max(damping * 0.2, 1e-9);
  }
  if (!settled) return no_fit();
  squares = fit.linearise(p, normal, right);
  const double variance = squares / std::max(1.0, static_cast<double>(block.value().count) - 6.0);
  const Matrix6 inverse = normal.ldlt().solve(Matrix6::Identity());
  const Eigen::Matrix3d covariance =
      inverse.topLeftCorner<3, 3>() * variance * fit.correlation_factor(squares);
  if (!covariance.allFinite()) return no_fit();
  const double rms = std::sqrt(squares / static_cast<double>(block.value().count));
  return BallFit{{p.head<3>()}, 0.5 * (covariance + covariance.transpose()), p[3], p[4], p[5],
                 rms / p[4]};
}

}  // namespace trocar
