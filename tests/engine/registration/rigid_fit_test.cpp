#include "engine/registration/rigid_fit.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using simulate::Random;

namespace {

using Touched = std::vector<Point<Reference>>;
using Planned = std::vector<Point<Preop>>;

Planned mapped(const Transform<Preop, Reference>& t, const Touched& from) {
  Planned to;
  for (const auto& p : from) to.push_back(t * p);
  return to;
}

std::vector<double> equal(std::size_t n) { return std::vector<double>(n, 1.0); }

double weighted_squares(const Transform<Preop, Reference>& t, const Touched& from,
                        const Planned& to, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    sum += weights[i] * std::pow(distance_mm(t * from[i], to[i]), 2);
  }
  return sum;
}

}  // namespace

TEST_CASE("a rigid fit of noise-free points recovers any transform") {
  Random random(31);
  for (int trial = 0; trial < 200; ++trial) {
    const auto truth = simulate::random_transform<Preop, Reference>(random, 1000);
    const auto from = simulate::random_points<Reference>(random, 3 + trial % 8, 40);
    const auto fit = fit_rigid<Preop, Reference>(from, mapped(truth, from), equal(from.size()));
    REQUIRE(fit);
    const Point<Reference> far{{300, -200, 100}};
    CHECK(distance_mm(fit.value().to_from * far, truth * far) < 1e-8);
    CHECK(fit.value().fre_mm < 1e-9);
    CHECK(is_rigid(fit.value().to_from.matrix(), 1e-12));
  }
}

TEST_CASE("the transform of a rigid fit is the best: every small motion makes the fit worse") {
  Random random(32);
  for (int trial = 0; trial < 30; ++trial) {
    const auto truth = simulate::random_transform<Preop, Reference>(random, 100);
    const auto from = simulate::random_points<Reference>(random, 6, 40);
    auto to = mapped(truth, from);
    for (auto& p : to) p.mm += 0.5 * simulate::gauss3(random);
    const std::vector<double> weights{1, 2, 0.5, 3, 0.1, 1};
    const auto fit = fit_rigid<Preop, Reference>(from, to, weights);
    REQUIRE(fit);
    const double best = weighted_squares(fit.value().to_from, from, to, weights);
    CHECK(std::sqrt(best / 7.6) == Approx(fit.value().fre_mm));
    for (int k = 0; k < 20; ++k) {
      Eigen::Matrix<double, 6, 1> step;
      step << 1e-3 * simulate::gauss3(random), 1e-2 * simulate::gauss3(random);
      const auto moved =
          simulate::small_motion(step, fit.value().covariance.center) * fit.value().to_from;
      CHECK(weighted_squares(moved, from, to, weights) > best);
    }
  }
}

TEST_CASE("H8: points whose best match is a mirror image still get a proper rotation") {
  Random random(33);
  for (int trial = 0; trial < 50; ++trial) {
    const auto from = simulate::random_points<Reference>(random, 5, 40);
    Planned to;
    for (const auto& p : from) to.push_back({{-p.mm.x(), p.mm.y(), p.mm.z()}});
    const auto fit = fit_rigid<Preop, Reference>(from, to, equal(5));
    REQUIRE(fit);
    CHECK(fit.value().to_from.rotation().determinant() == Approx(1.0));
    CHECK(fit.value().fre_mm > 1);  // and says that it does not fit
  }
}

TEST_CASE("coplanar points are fitted without mirror, on either side of the plane") {
  Random random(34);
  const Touched from{{{0, 0, 0}}, {{60, 0, 0}}, {{0, 40, 0}}, {{50, 35, 0}}};
  for (int trial = 0; trial < 50; ++trial) {
    const auto truth = simulate::random_transform<Preop, Reference>(random, 100);
    const auto fit = fit_rigid<Preop, Reference>(from, mapped(truth, from), equal(4));
    REQUIRE(fit);
    const Point<Reference> above{{10, 10, 80}};
    CHECK(distance_mm(fit.value().to_from * above, truth * above) < 1e-9);
  }
}

TEST_CASE("a scale between the sets is left in the residuals, not absorbed") {
  Random random(35);
  const auto from = simulate::random_points<Reference>(random, 6, 40);
  Planned to;
  for (const auto& p : from) to.push_back({1.1 * p.mm});
  const auto fit = fit_rigid<Preop, Reference>(from, to, equal(6));
  REQUIRE(fit);
  CHECK((fit.value().to_from.rotation() - Eigen::Matrix3d::Identity()).norm() < 1e-9);
  CHECK(fit.value().fre_mm > 3);
}

TEST_CASE("residuals point from the fitted point to the measured one, in order") {
  const Touched from{{{50, 0, 0}}, {{-50, 0, 0}}, {{0, 50, 0}}, {{0, -50, 0}}};
  Planned to;
  for (const auto& p : from) to.push_back({p.mm});
  to[0].mm.x() += 0.4;  // stretches along x only: no rotation can follow
  const auto fit = fit_rigid<Preop, Reference>(from, to, equal(4));
  REQUIRE(fit);
  REQUIRE(fit.value().residuals.size() == 4);
  CHECK((fit.value().residuals[0].mm - Eigen::Vector3d(0.3, 0, 0)).norm() < 1e-9);
  CHECK((fit.value().residuals[2].mm - Eigen::Vector3d(-0.1, 0, 0)).norm() < 1e-9);
  CHECK(fit.value().fre_mm == Approx(std::sqrt((0.09 + 3 * 0.01) / 4)));
  CHECK(fit.value().fle_estimate_mm == Approx(fit.value().fre_mm * std::sqrt(2.0)));
}

TEST_CASE("a heavy point is fitted closer, a point of weight zero not at all") {
  Random random(36);
  const auto from = simulate::random_points<Reference>(random, 5, 40);
  Planned to;
  for (const auto& p : from) to.push_back({p.mm});
  to[4].mm += Eigen::Vector3d(30, 30, 30);
  const auto without = fit_rigid<Preop, Reference>(from, to, std::vector<double>{1, 1, 1, 1, 0});
  const auto with = fit_rigid<Preop, Reference>(from, to, equal(5));
  const auto heavy = fit_rigid<Preop, Reference>(from, to, std::vector<double>{1, 1, 1, 1, 100});
  REQUIRE(without);
  REQUIRE(with);
  REQUIRE(heavy);
  CHECK(without.value().fre_mm < 1e-9);
  CHECK(heavy.value().residuals[4].mm.norm() < with.value().residuals[4].mm.norm());
  CHECK(without.value().residuals[4].mm.norm() == Approx(std::sqrt(2700.0)));
}

TEST_CASE("a rigid fit refuses what does not determine it and says why") {
  const Touched three{{{0, 0, 0}}, {{10, 0, 0}}, {{0, 10, 0}}};
  const Planned two{{{0, 0, 0}}, {{10, 0, 0}}};
  const Planned line{{{0, 0, 0}}, {{10, 0, 0}}, {{20, 0, 0}}};
  const Planned same{{{5, 5, 5}}, {{5, 5, 5}}, {{5, 5, 5}}};
  const Planned good{{{0, 0, 0}}, {{10, 0, 0}}, {{0, 10, 0}}};
  const auto code = [&](const Planned& to, const std::vector<double>& w) {
    const auto fit = fit_rigid<Preop, Reference>(three, to, w);
    REQUIRE_FALSE(fit);
    CHECK(fit.error().detail.find("rigid fit: ") == 0);
    return fit.error().code;
  };
  CHECK(code(two, equal(3)) == Code::inconsistent);
  CHECK(code(good, equal(2)) == Code::inconsistent);
  CHECK(code(line, equal(3)) == Code::ambiguous);
  CHECK(code(same, equal(3)) == Code::ambiguous);
  CHECK(code(good, {1, 1, 0}) == Code::out_of_range);
  CHECK(code(good, {1, 1, -1}) == Code::out_of_range);
  CHECK(code(good, {1, 1, std::numeric_limits<double>::quiet_NaN()}) == Code::out_of_range);
  Planned broken = good;
  broken[1].mm.y() = std::numeric_limits<double>::infinity();
  CHECK(code(broken, equal(3)) == Code::out_of_range);
}

TEST_CASE("with equal isotropic FLE the FLE-weighted fit is the closed form") {
  Random random(37);
  const auto truth = simulate::random_transform<Preop, Reference>(random, 100);
  const auto from = simulate::random_points<Reference>(random, 6, 40);
  auto to = mapped(truth, from);
  for (auto& p : to) p.mm += 0.5 * simulate::gauss3(random);
  const std::vector<Eigen::Matrix3d> fle(6, 0.04 * Eigen::Matrix3d::Identity());
  const auto closed = fit_rigid<Preop, Reference>(from, to, equal(6));
  const auto iterated = fit_rigid_known_fle<Preop, Reference>(from, to, fle, fle);
  REQUIRE(closed);
  REQUIRE(iterated);
  CHECK((closed.value().to_from.matrix().matrix() - iterated.value().to_from.matrix().matrix())
            .norm() < 1e-7);
  CHECK(iterated.value().fre_mm == Approx(closed.value().fre_mm));
}

TEST_CASE("the FLE-weighted fit ignores an error along the axis a point is bad at") {
  Random random(38);
  const auto from = simulate::random_points<Reference>(random, 6, 40);
  Planned to;
  for (const auto& p : from) to.push_back({p.mm});
  to[2].mm.z() += 5;
  std::vector<Eigen::Matrix3d> fle(6, 0.01 * Eigen::Matrix3d::Identity());
  fle[2](2, 2) = 1e6;
  const std::vector<Eigen::Matrix3d> tiny(6, 1e-9 * Eigen::Matrix3d::Identity());
  const auto fit = fit_rigid_known_fle<Preop, Reference>(from, to, tiny, fle);
  REQUIRE(fit);
  CHECK((fit.value().to_from.rotation() - Eigen::Matrix3d::Identity()).norm() < 1e-5);
  CHECK(fit.value().residuals[2].mm.z() == Approx(5).margin(1e-3));
}

TEST_CASE("the FLE-weighted fit refuses covariances that are none, and their wrong number") {
  Random random(39);
  const auto from = simulate::random_points<Reference>(random, 5, 40);
  Planned to;
  for (const auto& p : from) to.push_back({p.mm});
  std::vector<Eigen::Matrix3d> good(5, Eigen::Matrix3d::Identity());
  std::vector<Eigen::Matrix3d> bad = good;
  bad[3] = -2 * Eigen::Matrix3d::Identity();
  const std::vector<Eigen::Matrix3d> few(4, Eigen::Matrix3d::Identity());
  const auto negative = fit_rigid_known_fle<Preop, Reference>(from, to, good, bad);
  const auto short_list = fit_rigid_known_fle<Preop, Reference>(from, to, good, few);
  REQUIRE_FALSE(negative);
  REQUIRE_FALSE(short_list);
  CHECK(negative.error().code == Code::out_of_range);
  CHECK(short_list.error().code == Code::inconsistent);
}
