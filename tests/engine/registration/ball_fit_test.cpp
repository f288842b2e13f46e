#include "engine/registration/ball_fit.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;
using namespace trocar::simulate;

namespace {

Point<Intraop> somewhere(const ScanOptions& o, Random& random) {
  std::uniform_real_distribution<double> part(0.3, 0.7);
  const Eigen::Vector3d index(part(random) * o.size[0], part(random) * o.size[1],
                              part(random) * o.size[2]);
  return {oblique(o).at(index).mm};
}

ScanOptions small() {
  ScanOptions o;
  o.size = {50, 50, 50};
  return o;
}

}  // namespace

TEST_CASE("a blurred ball is full in the middle, half at its edge and nothing far away") {
  CHECK(soft_ball(0.0, 0.1).value == Approx(1.0));
  CHECK(soft_ball(1.0, 0.01).value == Approx(0.5).margin(0.01));
  CHECK(soft_ball(3.0, 0.2).value == Approx(0.0).margin(1e-9));
  // At the centre: erf(1 / (sqrt(2) s)) - sqrt(2 / pi) exp(-1 / (2 s^2)) / s.
  const double s = 0.7;
  CHECK(soft_ball(0.0, s).value == Approx(std::erf(1 / (std::sqrt(2.0) * s)) -
                                          std::sqrt(2 / M_PI) * std::exp(-1 / (2 * s * s)) / s));
}

TEST_CASE("the blurred ball is what blurring a ball gives") {
  // The oracle: Gaussian-weighted shells, by a sum over a fine grid.
  const double sigma = 0.4, r = 0.8, step = 0.04;
  double sum = 0, all = 0;
  for (double x = -2; x <= 2; x += step)
    for (double y = -2; y <= 2; y += step)
      for (double z = -2; z <= 2; z += step) {
        const double w = std::exp(-(x * x + y * y + z * z) / (2 * sigma * sigma));
        all += w;
        if ((x + r) * (x + r) + y * y + z * z < 1) sum += w;
      }
  CHECK(soft_ball(r, sigma).value == Approx(sum / all).margin(2e-3));
}

TEST_CASE("the blurred ball's slopes are its differences") {
  constexpr double h = 1e-6;
  for (const double r : {0.05, 0.5, 0.95, 1.1, 1.6})
    for (const double s : {0.15, 0.4, 0.9}) {
      const SoftBall b = soft_ball(r, s);
      CHECK(b.by_r ==
            Approx((soft_ball(r + h, s).value - soft_ball(r - h, s).value) / (2 * h)).margin(1e-6));
      CHECK(b.by_sigma ==
            Approx((soft_ball(r, s + h).value - soft_ball(r, s - h).value) / (2 * h)).margin(1e-6));
    }
}

TEST_CASE("without noise the centre is found to a hundredth of a voxel") {
  ScanOptions o = small();
  o.noise_hu = 0;
  Random random(1);
  for (int i = 0; i < 10; ++i) {
    const Ball ball{somewhere(o, random), 2.5, 2600};
    const IntraopVolume ct = scan_of({ball}, o, random);
    const auto fit = fit_ball(ct, {ball.center.mm + 0.5 * gauss3(random).normalized()}, 2.5);
    REQUIRE(fit);
    CHECK(distance_mm(fit.value().center, ball.center) < 0.01);
    CHECK(fit.value().contrast_hu == Approx(2650).epsilon(0.02));
    CHECK(fit.value().background_hu == Approx(-50).margin(20));
    CHECK(fit.value().misfit < 0.02);
  }
}

TEST_CASE("the stated covariance of the centre covers its error, in white and in smooth noise") {
  Random random(2);
  for (const bool smooth : {false, true}) {
    ScanOptions o = small();
    o.noise_hu = 150;
    o.smooth_kernel = smooth;
    double chi2 = 0, worst_mm = 0;
    constexpr int rounds = 60;
    for (int i = 0; i < rounds; ++i) {
      const Ball ball{somewhere(o, random), 2.0, 2600};
      const IntraopVolume ct = scan_of({ball}, o, random);
      const auto fit = fit_ball(ct, ball.center, 2.0);
      REQUIRE(fit);
      const Eigen::Vector3d off = fit.value().center.mm - ball.center.mm;
      chi2 += off.dot(fit.value().covariance.inverse() * off);
      worst_mm = std::max(worst_mm, off.norm());
    }
    INFO("smooth " << smooth << " mean chi2 " << chi2 / rounds << " worst " << worst_mm);
    // Three degrees of freedom; too large a covariance is the safe side, so far.
    CHECK(chi2 / rounds < 4.5);
    CHECK(chi2 / rounds > 0.7);
    CHECK(worst_mm < 0.1);
  }
}

TEST_CASE("metal that reaches the scanner's ceiling is measured by its edge") {
  ScanOptions o = small();
  Random random(3);
  const Ball ball{somewhere(o, random), 2.0, 9000};
  const auto fit = fit_ball(scan_of({ball}, o, random), ball.center, 2.0);
  REQUIRE(fit);
  CHECK(distance_mm(fit.value().center, ball.center) < 0.05);
}

TEST_CASE("a ball at the border of the volume and a place without one give an error") {
  ScanOptions o = small();
  Random random(4);
  const IntraopVolume ct = scan_of({}, o, random);
  const auto border = fit_ball(ct, ct.at({1, 25, 25}), 2.0);
  REQUIRE_FALSE(border);
  CHECK(border.error().code == Code::out_of_range);
  const auto nothing = fit_ball(ct, ct.at({25, 25, 25}), 2.0);
  // Noise may be fitted by something; then it is no good ball.
  if (nothing) CHECK(nothing.value().misfit > 0.15);
}
