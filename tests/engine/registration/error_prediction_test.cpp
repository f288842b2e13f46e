#include "engine/registration/error_prediction.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/allocation_counter.hpp"
#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using simulate::Noise;
using simulate::Random;

namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;

PoseCovariance<Preop> some_covariance(Random& random) {
  Matrix6 root;
  for (int c = 0; c < 6; ++c) {
    root.col(c).head<3>() = 0.002 * simulate::gauss3(random);
    root.col(c).tail<3>() = 0.1 * simulate::gauss3(random);
  }
  return {root * root.transpose(), {50.0 * simulate::gauss3(random)}};
}

template <class To>
Vector6 draw(const PoseCovariance<To>& c, Random& random) {
  Vector6 unit;
  unit << simulate::gauss3(random), simulate::gauss3(random);
  return Matrix6(c.theta_t.llt().matrixL()) * unit;
}

template <class To>
PoseCovariance<To> in_frame(const PoseCovariance<Preop>& c) {
  return {c.theta_t, {c.center.mm}};
}

}  // namespace

TEST_CASE("with isotropic FLE and equal weights the first-order TRE is Fitzpatrick's formula") {
  Random random(1);
  for (int trial = 0; trial < 50; ++trial) {
    const auto points = simulate::random_points<Preop>(random, 4 + trial % 6, 40);
    const double fle_mm = 0.2 + 0.02 * trial;
    const std::vector<Eigen::Matrix3d> fle(points.size(),
                                           fle_mm * fle_mm / 3 * Eigen::Matrix3d::Identity());
    const std::vector<double> equal(points.size(), 1.0);
    const auto c = fit_covariance<Preop>(points, fle, equal);
    const Point<Preop> target{100.0 * simulate::gauss3(random)};
    const double expected = isotropic_tre_rms_mm<Preop>(points, target, fle_mm);
    CHECK(tre_rms_mm(c, target) == Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("the first-order TRE of the published tool designs is the published figure") {
  // West & Maurer tools d (cross) and e (rectangle), 71 x 54 mm, target on the long axis.
  const std::vector<Point<Tracker>> cross{
      {{35.5, 0, 0}}, {{-35.5, 0, 0}}, {{0, 27, 0}}, {{0, -27, 0}}};
  const std::vector<Point<Tracker>> rectangle{
      {{35.5, 27, 0}}, {{-35.5, 27, 0}}, {{35.5, -27, 0}}, {{-35.5, -27, 0}}};
  const Eigen::Matrix3d iso = Eigen::Matrix3d::Identity() / 27;  // RMS length 1/3 mm
  const Eigen::Matrix3d camera = Eigen::Vector3d(1 / 99.0, 1 / 99.0, 1 / 11.0).asDiagonal();
  const auto tre = [](const std::vector<Point<Tracker>>& tool, const Eigen::Matrix3d& fle,
                      double x) {
    const std::vector<Eigen::Matrix3d> each(4, fle);
    const std::vector<double> equal(4, 1.0);
    return tre_rms_mm(fit_covariance<Tracker>(tool, each, equal), Point<Tracker>{{x, 0, 0}});
  };
  CHECK(tre(cross, iso, 85) == Approx(0.4486).margin(6e-5));
  CHECK(tre(cross, iso, 170) == Approx(0.8494).margin(6e-5));
  CHECK(tre(rectangle, iso, 85) == Approx(0.3384).margin(6e-5));
  CHECK(tre(rectangle, iso, 170) == Approx(0.6121).margin(6e-5));
  CHECK(tre(rectangle, camera, 85) == Approx(0.4090).margin(6e-5));
  CHECK(tre(rectangle, camera, 170) == Approx(0.7653).margin(6e-5));
}

TEST_CASE("for a camera's FLE the isotropic formula promises too little error") {
  const std::vector<Point<Tracker>> tool{
      {{35.5, 27, 0}}, {{-35.5, 27, 0}}, {{35.5, -27, 0}}, {{-35.5, -27, 0}}};
  const Eigen::Matrix3d camera = Eigen::Vector3d(1 / 99.0, 1 / 99.0, 1 / 11.0).asDiagonal();
  const std::vector<Eigen::Matrix3d> fle(4, camera);
  const std::vector<double> equal(4, 1.0);
  const Point<Tracker> target{{170, 0, 0}};
  const double first_order = tre_rms_mm(fit_covariance<Tracker>(tool, fle, equal), target);
  const double isotropic = isotropic_tre_rms_mm<Tracker>(tool, target, 1.0 / 3);
  CHECK(isotropic / first_order == Approx(0.80).margin(0.005));
}

TEST_CASE("the covariance of a tracked body is that of its markers placed in the tracker") {
  Random random(2);
  for (int trial = 0; trial < 20; ++trial) {
    const auto markers = simulate::random_points<Tool>(random, 5, 40);
    const auto tracker_from_tool = simulate::random_transform<Tracker, Tool>(random, 800);
    const Eigen::Matrix3d fle = simulate::random_covariance(random, {0.1, 0.1, 0.3});
    std::vector<Point<Tracker>> placed;
    for (const auto& m : markers) placed.push_back(tracker_from_tool * m);
    const std::vector<Eigen::Matrix3d> each(5, fle);
    const std::vector<double> equal(5, 1.0);
    const auto direct = fit_covariance<Tracker>(placed, each, equal);
    const auto body = fit_covariance<Tracker, Tool>(tracker_from_tool, markers, fle);
    const Point<Tracker> tip = tracker_from_tool * Point<Tool>{{0, 0, 180}};
    CHECK((direct.at(tip) - body.at(tip)).norm() <= 1e-9 * direct.at(tip).norm());
    CHECK(distance_mm(direct.center, body.center) < 1e-9);
  }
}

TEST_CASE("a point of weight zero adds nothing to the predicted covariance") {
  Random random(3);
  auto points = simulate::random_points<Preop>(random, 5, 30);
  std::vector<Eigen::Matrix3d> fle(5, 0.01 * Eigen::Matrix3d::Identity());
  std::vector<double> weights{1, 2, 0.5, 1, 3};
  const auto without = fit_covariance<Preop>(points, fle, weights);
  points.push_back({{500, 500, 500}});
  fle.push_back(100 * Eigen::Matrix3d::Identity());
  weights.push_back(0);
  const auto with = fit_covariance<Preop>(points, fle, weights);
  CHECK((with.theta_t - without.theta_t).norm() <= 1e-12 * without.theta_t.norm());
}

TEST_CASE("scaling all weights changes nothing, scaling the FLE variance scales the covariance") {
  Random random(4);
  const auto points = simulate::random_points<Preop>(random, 6, 30);
  std::vector<Eigen::Matrix3d> fle;
  for (int i = 0; i < 6; ++i) fle.push_back(simulate::random_covariance(random, {0.1, 0.2, 0.4}));
  const std::vector<double> weights{1, 2, 0.5, 1, 3, 1};
  std::vector<double> tenfold;
  for (const double w : weights) tenfold.push_back(10 * w);
  std::vector<Eigen::Matrix3d> louder;
  for (const auto& f : fle) louder.push_back(4 * f);
  const Matrix6 base = fit_covariance<Preop>(points, fle, weights).theta_t;
  CHECK((fit_covariance<Preop>(points, fle, tenfold).theta_t - base).norm() < 1e-10 * base.norm());
  CHECK((fit_covariance<Preop>(points, louder, weights).theta_t - 4 * base).norm() <
        1e-10 * base.norm());
}

TEST_CASE("points on a line, or fewer than three, do not determine a pose; a plane does") {
  const std::vector<double> three(3, 1.0);
  const std::vector<double> four(4, 1.0);
  const std::vector<Point<Tool>> line{{{0, 0, 0}}, {{10, 10, 0}}, {{50, 50, 0}}};
  const std::vector<Point<Tool>> nearly{{{0, 0, 0}}, {{10, 10, 0.01}}, {{50, 50, 0}}};
  const std::vector<Point<Tool>> plane{{{0, 0, 0}}, {{10, 0, 0}}, {{0, 20, 0}}, {{15, 15, 0}}};
  CHECK_FALSE(determines_pose<Tool>(line, three));
  CHECK_FALSE(determines_pose<Tool>(nearly, three));
  CHECK(determines_pose<Tool>(plane, four));
  const std::vector<double> only_two{1, 1, 0, 0};
  CHECK_FALSE(determines_pose<Tool>(plane, only_two));
}

TEST_CASE("telling a covariance about another centre changes no point's covariance") {
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    const auto c = some_covariance(random);
    const Point<Preop> elsewhere{200.0 * simulate::gauss3(random)};
    const auto moved = recentered(c, elsewhere);
    const Point<Preop> p{100.0 * simulate::gauss3(random)};
    CHECK((moved.at(p) - c.at(p)).norm() <= 1e-9 * c.at(p).norm());
    CHECK(distance_mm(moved.center, elsewhere) == 0);
    CHECK((recentered(moved, c.center).theta_t - c.theta_t).norm() <= 1e-9 * c.theta_t.norm());
  }
}

TEST_CASE("the inverse's covariance of the inverse is the covariance one began with") {
  Random random(6);
  const auto preop_from_reference = simulate::random_transform<Preop, Reference>(random, 200);
  const auto c = some_covariance(random);
  const auto back = of_inverse(preop_from_reference.inverse(), of_inverse(preop_from_reference, c));
  CHECK((back.theta_t - c.theta_t).norm() <= 1e-9 * c.theta_t.norm());
  CHECK(distance_mm(back.center, c.center) < 1e-9);
}

TEST_CASE("the inverse carries the same error to the same place, seen from the other side") {
  Random random(7);
  const auto preop_from_reference = simulate::random_transform<Preop, Reference>(random, 200);
  const auto c = some_covariance(random);
  const auto inverse = of_inverse(preop_from_reference, c);
  const Point<Preop> p{80.0 * simulate::gauss3(random)};
  const Eigen::Matrix3d r = preop_from_reference.rotation();
  const Eigen::Matrix3d seen = r * inverse.at(preop_from_reference.inverse() * p) * r.transpose();
  CHECK((seen - c.at(p)).norm() <= 1e-9 * c.at(p).norm());
}

TEST_CASE("simulated errors of an inverse have the predicted covariance") {
  Random random(8);
  const auto preop_from_reference = simulate::random_transform<Preop, Reference>(random, 200);
  const auto c = some_covariance(random);
  const Point<Reference> p = preop_from_reference.inverse() * Point<Preop>{{40, -20, 90}};
  const Point<Preop> seen = preop_from_reference * p;
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const auto noisy = simulate::small_motion(draw(c, random), c.center) * preop_from_reference;
    const Eigen::Vector3d e = (noisy.inverse() * seen - p).mm;
    sum += e * e.transpose();
  }
  const Eigen::Matrix3d predicted = of_inverse(preop_from_reference, c).at(p);
  CHECK((sum / n - predicted).norm() <= 0.05 * predicted.norm());
}

TEST_CASE("simulated errors along a chain of three transforms have the predicted covariance") {
  Random random(9);
  const auto preop_from_reference = simulate::random_transform<Preop, Reference>(random, 200);
  const auto reference_from_tool = simulate::random_transform<Reference, Tool>(random, 300);
  const auto tool_from_tip = simulate::random_transform<Tool, Tip>(random, 100);
  const auto c1 = some_covariance(random);
  const auto c2 = in_frame<Reference>(some_covariance(random));
  const auto c3 = in_frame<Tool>(some_covariance(random));
  const Point<Tip> p{{0, 0, -30}};
  const auto preop_from_tip = preop_from_reference * reference_from_tool * tool_from_tip;
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    const auto noisy = simulate::small_motion(draw(c1, random), c1.center) * preop_from_reference *
                       simulate::small_motion(draw(c2, random), c2.center) * reference_from_tool *
                       simulate::small_motion(draw(c3, random), c3.center) * tool_from_tip;
    const Eigen::Vector3d e = (noisy * p - preop_from_tip * p).mm;
    sum += e * e.transpose();
  }
  const auto left =
      chain(preop_from_reference * reference_from_tool, chain(preop_from_reference, c1, c2), c3);
  const auto right = chain(preop_from_reference, c1, chain(reference_from_tool, c2, c3));
  const Point<Preop> at = preop_from_tip * p;
  CHECK((sum / n - left.at(at)).norm() <= 0.05 * left.at(at).norm());
  CHECK((left.at(at) - right.at(at)).norm() <= 1e-9 * left.at(at).norm());
}

TEST_CASE("the 95 % bound along a direction holds 95 % of the errors and ignores its length") {
  Random random(10);
  const Eigen::Matrix3d c = simulate::random_covariance(random, {0.1, 0.3, 0.9});
  const Noise noise(c);
  const Eigen::Vector3d n(1, -2, 0.5);
  const double bound = bound_95_mm(c, n);
  CHECK(bound == Approx(bound_95_mm(c, 7 * n)));
  CHECK(bound_95_mm(c, Eigen::Vector3d::Zero()) >= bound);
  int inside = 0;
  for (int i = 0; i < 50000; ++i) inside += std::abs(noise(random).dot(n.normalized())) <= bound;
  CHECK(inside / 50000.0 == Approx(0.95).margin(0.004));  // 4 sigma of the count
}

TEST_CASE("the 95 % radius is exact for a ball, a disc and a line of errors") {
  const Eigen::Matrix3d ball = 0.25 * Eigen::Matrix3d::Identity();
  CHECK(radius_95_mm(ball) == Approx(0.5 * std::sqrt(7.814727903)).epsilon(1e-8));
  const Eigen::Matrix3d disc = Eigen::Vector3d(4, 0, 4).asDiagonal();
  CHECK(radius_95_mm(disc) == Approx(2 * std::sqrt(5.991464547)).epsilon(1e-8));
  const Eigen::Matrix3d line = Eigen::Vector3d(0, 9, 0).asDiagonal();
  CHECK(radius_95_mm(line) == Approx(3 * 1.959963985).epsilon(1e-8));
  CHECK(radius_95_mm(Eigen::Matrix3d::Zero()) == 0);
}

TEST_CASE("the 95 % radius of any ellipsoid of errors holds 95.0 to 95.3 % of them") {
  Random random(12);
  for (const double b : {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}) {
    for (const double c : {0.0, 0.3, 0.7, 1.0}) {
      const Eigen::Matrix3d covariance = simulate::random_covariance(random, {1, b, b * c});
      const Noise noise(covariance);
      const double radius = radius_95_mm(covariance);
      int inside = 0;
      for (int i = 0; i < 100000; ++i) inside += noise(random).norm() <= radius;
      INFO("axes 1, " << b << ", " << b * c);
      CHECK(inside / 100000.0 >= 0.947);  // 4 sigma of the count below and above
      CHECK(inside / 100000.0 <= 0.956);
    }
  }
}

TEST_CASE("predicting the error of a tool pose allocates nothing") {
  Random random(13);
  const auto markers = simulate::random_points<Tool>(random, 20, 40);
  const auto tracker_from_tool = simulate::random_transform<Tracker, Tool>(random, 800);
  const auto tracker_from_reference = simulate::random_transform<Tracker, Reference>(random, 800);
  const Eigen::Matrix3d fle = 0.01 * Eigen::Matrix3d::Identity();
  double radius = 0;
  const long allocations = test::allocations_of([&] {
    const auto tool = fit_covariance<Tracker, Tool>(tracker_from_tool, markers, fle);
    const auto reference_from_tracker = tracker_from_reference.inverse();
    const auto both = chain(reference_from_tracker, of_inverse(tracker_from_reference, tool), tool);
    radius = radius_95_mm(both.at(both.center));
  });
  CHECK(allocations == 0);
  CHECK(radius > 0);
}

TEST_CASE("the allocation counter of these tests does count") {
  CHECK(test::allocations_of([] { std::vector<int> v(100, 1); }) >= 1);
}
