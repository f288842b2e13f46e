#include "drivers/simulators/simulated_motion.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <numbers>

#include "drivers/simulators/simulated_noise.hpp"

namespace trocar {
namespace {

double minimum_jerk(double u) { return u * u * u * (10.0 + u * (6.0 * u - 15.0)); }

Eigen::Isometry3d between(const Eigen::Isometry3d& a, const Eigen::Isometry3d& b, double u) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  const Eigen::Quaterniond qa(a.linear());
  m.linear() = qa.slerp(u, Eigen::Quaterniond(b.linear())).normalized().toRotationMatrix();
  m.translation() = (1.0 - u) * a.translation() + u * b.translation();
  return m;
}

}  // namespace

KeyframeMotion::KeyframeMotion(std::vector<Keyframe> keyframes, AtEnd at_end)
    : keyframes_(std::move(keyframes)), at_end_(at_end) {
  assert(!keyframes_.empty());
}

double KeyframeMotion::folded(double t_s) const {
  const double length = keyframes_.back().t_s + keyframes_.back().hold_s;
  if (at_end_ == AtEnd::hold || length <= 0 || t_s <= length) return t_s;
  if (at_end_ == AtEnd::loop) return std::fmod(t_s, length);
  const double there_and_back = std::fmod(t_s, 2 * length);
  return there_and_back <= length ? there_and_back : 2 * length - there_and_back;
}

Eigen::Isometry3d KeyframeMotion::at(double t_s) const {
  const double t = folded(t_s);
  for (std::size_t i = 0; i + 1 < keyframes_.size(); ++i) {
    const Keyframe& a = keyframes_[i];
    const Keyframe& b = keyframes_[i + 1];
    const double leaves = a.t_s + a.hold_s;
    if (t <= leaves) return a.pose;
    if (t < b.t_s) return between(a.pose, b.pose, minimum_jerk((t - leaves) / (b.t_s - leaves)));
  }
  return keyframes_.back().pose;
}

Eigen::Isometry3d ReferenceMotion::at(double t_s) const {
  constexpr std::array<double, 3> tremor_hz{3.1, 6.7, 10.9};  // no common period
  const double two_pi = 2 * std::numbers::pi;
  Eigen::Vector3d moved = drift_mm_per_min * (t_s / 60.0);
  moved += breathing_mm * std::sin(two_pi * t_s / breathing_period_s);
  // Three sines of equal amplitude a have together an RMS of a * sqrt(3 / 2).
  const double amplitude = jitter_mm / std::sqrt(1.5);
  for (int axis = 0; axis < 3; ++axis) {
    SimulatedNoise phases(seed, static_cast<std::uint64_t>(axis), 0x7E);
    for (const double hz : tremor_hz) {
      moved[axis] += amplitude * std::sin(two_pi * (hz * t_s + phases.uniform()));
    }
  }
  Eigen::Isometry3d pose = base;
  pose.translation() += moved;
  return pose;
}

Eigen::Isometry3d pose_of_tip(const Eigen::Vector3d& tip_mm, const Eigen::Vector3d& direction,
                              double roll_rad) {
  const Eigen::Vector3d z = direction.normalized();
  const Eigen::Vector3d aside =
      std::abs(z.y()) < 0.9 ? Eigen::Vector3d::UnitY() : Eigen::Vector3d::UnitX();
  const Eigen::Vector3d x = aside.cross(z).normalized();
  Eigen::Matrix3d axes;
  axes << x, z.cross(x), z;
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.linear() = axes * Eigen::AngleAxisd(roll_rad, Eigen::Vector3d::UnitZ()).matrix();
  pose.translation() = tip_mm;
  return pose;
}

}  // namespace trocar
