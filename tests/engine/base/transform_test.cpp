#include "engine/base/transform.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <random>

using namespace trocar;

namespace {

template <class To, class From>
Transform<To, From> any_transform(std::mt19937& random, double reach_mm) {
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> place(-reach_mm, reach_mm);
  Eigen::Quaterniond q(normal(random), normal(random), normal(random), normal(random));
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = q.normalized().toRotationMatrix();
  m.translation() = Eigen::Vector3d(place(random), place(random), place(random));
  return Transform<To, From>::declare(m);  // CLAIM: made up for this test
}

template <class F>
Point<F> any_point(std::mt19937& random) {
  std::uniform_real_distribution<double> place(-300, 300);
  return {{place(random), place(random), place(random)}};
}

}  // namespace

TEST_CASE("a transform followed by its inverse leaves every point where it was") {
  std::mt19937 random(1);
  for (const double reach_mm : {0.0, 1e-6, 100.0, 3000.0}) {
    const auto tracker_from_tool = any_transform<Tracker, Tool>(random, reach_mm);
    const auto p = any_point<Tool>(random);
    const auto back = tracker_from_tool.inverse() * (tracker_from_tool * p);
    CHECK(distance_mm(back, p) < 1e-9);
  }
}

TEST_CASE("composing transforms and then mapping equals mapping step by step") {
  std::mt19937 random(2);
  for (int i = 0; i < 100; ++i) {
    const auto preop_from_reference = any_transform<Preop, Reference>(random, 500);
    const auto reference_from_tool = any_transform<Reference, Tool>(random, 500);
    const auto p = any_point<Tool>(random);
    const Point<Preop> once = (preop_from_reference * reference_from_tool) * p;
    const Point<Preop> twice = preop_from_reference * (reference_from_tool * p);
    CHECK(distance_mm(once, twice) < 1e-9);
  }
}

TEST_CASE("an offset feels the rotation of a transform but not its translation") {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(10, 20, 30);
  const auto t = Transform<Preop, Reference>::declare(m);  // CLAIM: made up for this test
  CHECK((t * Offset<Reference>{{1, 2, 3}}).mm == Eigen::Vector3d(1, 2, 3));
  CHECK((t * Point<Reference>{{1, 2, 3}}).mm == Eigen::Vector3d(11, 22, 33));
}

TEST_CASE("interpolation meets both ends and half way turns half the angle") {
  Eigen::Isometry3d end = Eigen::Isometry3d::Identity();
  end.rotate(Eigen::AngleAxisd(0.4, Eigen::Vector3d::UnitZ()));
  end.translation() = Eigen::Vector3d(2, 0, 0);
  const auto a = Transform<Tracker, Tracker>::identity();
  const auto b = Transform<Tracker, Tracker>::declare(end);  // CLAIM: made up for this test
  CHECK(angle_between_rad(interpolate(a, b, 0.0), a) < 1e-9);
  CHECK(angle_between_rad(interpolate(a, b, 1.0), b) < 1e-9);
  const auto half = interpolate(a, b, 0.5);
  CHECK(angle_between_rad(a, half) == Approx(0.2));
  CHECK(half.origin().mm.x() == Approx(1.0));
}

TEST_CASE("interpolation takes the short way when a quaternion changes its sign") {
  Eigen::Isometry3d end = Eigen::Isometry3d::Identity();
  end.rotate(Eigen::AngleAxisd(-0.2, Eigen::Vector3d::UnitX()));
  const auto a = Transform<Tracker, Tracker>::identity();
  const auto b = Transform<Tracker, Tracker>::declare(end);  // CLAIM: made up for this test
  CHECK(angle_between_rad(a, interpolate(a, b, 0.5)) == Approx(0.1));
}

TEST_CASE("a mirror, a scale and a number that is none are not rigid") {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  CHECK(is_rigid(m));
  m.matrix()(0, 0) = -1;
  CHECK_FALSE(is_rigid(m));
  m.matrix()(0, 0) = 1.01;
  CHECK_FALSE(is_rigid(m));
  m.matrix()(0, 0) = 1;
  m.matrix()(1, 3) = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(is_rigid(m));
}
