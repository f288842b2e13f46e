#include "engine/navigation/clearance.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

struct Asked {
  NavigationModel patient = model();
  ErrorLimits limits = config().error;
  double from_region_mm = 0;
  PoseCovariance<Preop> pose;  // none: only what a test adds
  double tip_sigma_mm = 0.2;
  std::size_t levels = 0;
  ClearanceHints hints;

  std::variant<Withheld, StructureDistance> measure_at(const Transform<Preop, Tip>& tip) {
    const UncertainTip<Preop> uncertain{tip, pose, tip_sigma_mm};
    return measure({uncertain, 150, 1.5, from_region_mm, levels}, patient.structures[0], limits,
                   hints);
  }
  StructureDistance at(const Vector3d& tip_mm) {
    return std::get<StructureDistance>(measure_at(pointing_down(tip_mm)));
  }
};

}  // namespace

TEST_CASE("tip and shaft are signed: outside positive, in the tumour negative") {
  Asked a;
  CHECK(a.at({0, 0, 25}).tip_to_structure_mm == Approx(10).margin(0.01));
  const StructureDistance inside = a.at({0, 0, 10});
  CHECK(inside.tip_to_structure_mm == Approx(-5).margin(0.01));
  CHECK(inside.shaft_clearance_mm == Approx(-6.5).margin(0.01));  // the tip is the deepest
}

TEST_CASE("a shaft passing the tumour is nearer than its tip, and the place on it is told") {
  Asked a;
  const auto beside = made<Preop, Tip>({1, 0, 0}, std::numbers::pi, {20, 0, -60});
  const auto d = std::get<StructureDistance>(a.measure_at(beside));
  CHECK(d.tip_to_structure_mm == Approx(std::hypot(20, 60) - 15).margin(0.01));
  CHECK(d.shaft_clearance_mm == Approx(20 - 15 - 1.5).margin(0.01));
  CHECK(d.shaft_at_mm == Approx(60).margin(1));
}

TEST_CASE("the bound is 1.96 standard deviations of everything along the way to the surface") {
  Asked a;
  a.pose.theta_t.diagonal() << 0, 0, 0, 4.0, 0, 0.25;  // 2 mm sideways, 0.5 mm along z
  const double sigma2 = 0.25 + 0.2 * 0.2 + 0.3 * 0.3;  // pose, tip, surface
  CHECK(a.at({0, 0, 25}).tip_bound_95_mm == Approx(1.96 * std::sqrt(sigma2)).epsilon(1e-4));
  a.limits.max_bound_95_mm = 10;
  CHECK(a.at({25, 0, 0}).tip_bound_95_mm == Approx(1.96 * std::sqrt(4 + 0.13)).epsilon(1e-4));
}

TEST_CASE("an uncertain rotation grows with the distance from its centre, along the shaft too") {
  Asked a;
  a.pose.theta_t.diagonal() << 1e-4, 1e-4, 1e-4, 0, 0, 0;  // 0.01 rad
  a.pose.center = {{0, 0, 125}};
  const auto beside = made<Preop, Tip>({1, 0, 0}, std::numbers::pi, {20, 0, -60});
  const auto d = std::get<StructureDistance>(a.measure_at(beside));
  // Shaft place at z = 0: arm 125 mm, error along x.
  const double sigma2 = 1e-4 * 125 * 125 + 0.04 + 0.09;
  CHECK(d.shaft_bound_95_mm == Approx(1.96 * std::sqrt(sigma2)).epsilon(0.02));
}

TEST_CASE("H14: levels from the reference add to bound and TRE, and too many make it uncertain") {
  Asked a;
  const StructureDistance home = a.at({0, 0, 25});
  CHECK(home.predicted_tre_mm == Approx(std::sqrt(3 * 0.04)));
  CHECK_FALSE(home.uncertain);
  a.levels = 1;
  const StructureDistance one = a.at({0, 0, 25});
  CHECK(one.predicted_tre_mm == Approx(std::sqrt(3 * (0.04 + 0.36))));
  CHECK_FALSE(one.uncertain);
  a.levels = 2;
  const StructureDistance two = a.at({0, 0, 25});
  CHECK(two.uncertain);
  CHECK(two.tip_bound_95_mm == Approx(1.96 * std::sqrt(0.13 + 1.44)).epsilon(1e-4));
}

TEST_CASE("H14: a tip further from the registered points than the margin is uncertain") {
  Asked a;
  a.from_region_mm = a.limits.region_margin_mm - 0.01;
  CHECK_FALSE(a.at({0, 0, 25}).uncertain);
  a.from_region_mm = a.limits.region_margin_mm + 0.01;
  CHECK(a.at({0, 0, 25}).uncertain);
}

TEST_CASE("a bound above the limit is no number, one just inside is") {
  Asked a;
  const double bound = 1.96 * std::sqrt(0.13);
  a.limits.max_bound_95_mm = bound * 1.001;
  CHECK(std::holds_alternative<StructureDistance>(a.measure_at(pointing_down({0, 0, 25}))));
  a.limits.max_bound_95_mm = bound * 0.999;
  CHECK(std::get<Withheld>(a.measure_at(pointing_down({0, 0, 25}))) == Withheld::bound_too_large);
}

TEST_CASE("H12: the tip's distance does not know how long the instrument is") {
  Asked a;
  const UncertainTip<Preop> tip{pointing_down({0, 0, 25}), a.pose, a.tip_sigma_mm};
  const auto with_length = [&](double length_mm) {
    return std::get<StructureDistance>(
        measure({tip, length_mm, 1.5, 0, 0}, a.patient.structures[0], a.limits, a.hints));
  };
  CHECK(with_length(5).tip_to_structure_mm == with_length(300).tip_to_structure_mm);
}
