#include "drivers/simulators/simulated_motion.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace trocar;

namespace {

KeyframeMotion along_x(AtEnd at_end) {
  Keyframe a;
  Keyframe b;
  a.hold_s = 1;
  b.t_s = 3;
  b.hold_s = 1;
  b.pose.translation().x() = 10;
  b.pose.linear() = Eigen::AngleAxisd(1.0, Eigen::Vector3d::UnitZ()).matrix();
  return KeyframeMotion({a, b}, at_end);
}

double x_at(const KeyframeMotion& m, double t_s) { return m.at(t_s).translation().x(); }

}  // namespace

TEST_CASE("a scripted tool rests while it holds, and is half way in the middle") {
  const auto m = along_x(AtEnd::hold);
  CHECK(x_at(m, 0) == 0);
  CHECK(x_at(m, 1) == 0);
  CHECK(x_at(m, 2) == Approx(5));
  CHECK(Eigen::AngleAxisd(m.at(2).linear()).angle() == Approx(0.5));
  CHECK(x_at(m, 3.5) == 10);
  CHECK(x_at(m, 99) == 10);
}

TEST_CASE("a scripted tool starts and stops without a kick") {
  const auto m = along_x(AtEnd::hold);
  const double step = 1e-3;
  // Minimum jerk: speed is zero at both ends and 1.875 times the mean in the middle.
  CHECK((x_at(m, 1 + step) - x_at(m, 1)) / step < 1e-2);
  CHECK((x_at(m, 3) - x_at(m, 3 - step)) / step < 1e-2);
  CHECK((x_at(m, 2 + step) - x_at(m, 2 - step)) / (2 * step) == Approx(1.875 * 5).epsilon(1e-4));
}

TEST_CASE("a motion loops or runs back and forth") {
  CHECK(x_at(along_x(AtEnd::loop), 4.5) == 0);
  CHECK(x_at(along_x(AtEnd::loop), 6.0) == Approx(5));
  CHECK(x_at(along_x(AtEnd::bounce), 4.5) == 10);
  CHECK(x_at(along_x(AtEnd::bounce), 6.0) == Approx(5));
  CHECK(x_at(along_x(AtEnd::bounce), 8.0) == Approx(0));
  CHECK(x_at(along_x(AtEnd::bounce), 10.0) == Approx(5));
}

TEST_CASE("a reference drifts, breathes and trembles as stated") {
  ReferenceMotion m;
  m.drift_mm_per_min = {6, 0, 0};
  m.breathing_mm = {0, 2, 0};
  m.breathing_period_s = 4;
  CHECK(m.at(60).translation().x() == Approx(6));
  CHECK(m.at(1).translation().y() == Approx(2));
  CHECK(m.at(3).translation().y() == Approx(-2));
  m.jitter_mm = 0.1;
  double sum = 0;
  constexpr int n = 20000;
  for (int i = 0; i < n; ++i) sum += std::pow(m.at(i * 0.0137).translation().z(), 2);
  CHECK(std::sqrt(sum / n) == Approx(0.1).epsilon(0.02));  // 2 %: finite length of the sum
}

TEST_CASE("a tip pose points along its direction, rolls about it, and is a rotation") {
  for (const Eigen::Vector3d& d :
       {Eigen::Vector3d(0, 0, 2), Eigen::Vector3d(0, -1, 0), Eigen::Vector3d(1, 1, 1)}) {
    const auto pose = pose_of_tip({1, 2, 3}, d, 0.3);
    CHECK((pose.linear().col(2) - d.normalized()).norm() < 1e-12);
    CHECK(pose.linear().determinant() == Approx(1));
    CHECK((pose.translation() - Eigen::Vector3d(1, 2, 3)).norm() == 0);
    const auto straight = pose_of_tip({1, 2, 3}, d, 0);
    CHECK(std::acos(straight.linear().col(0).dot(pose.linear().col(0))) == Approx(0.3));
  }
}
