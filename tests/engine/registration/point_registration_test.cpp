#include "engine/registration/point_registration.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using simulate::Random;

namespace {

const PointRegistrationConfig config{.fle_rms_mm = 0.7,
                                     .max_fre_mm = 1.5,
                                     .max_leave_one_out_mm = 3.0,
                                     .swap_margin_mm = 2.0,
                                     .min_spacing_mm = 10,
                                     .min_off_line_mm = 8};

const std::vector<Fiducial> fiducials{{"F1", {{0, 0, 0}}},     {"F2", {{70, 8, 5}}},
                                      {"F3", {{12, 55, -4}}},  {"F4", {{58, 40, 22}}},
                                      {"F5", {{30, -25, 15}}}, {"F6", {{-20, 30, 35}}}};

using Touched = std::vector<Point<Reference>>;

struct Case {
  Transform<Preop, Reference> truth;
  Touched touched;
};

// Where a hand with this per-axis error touches the fiducials.
Case touch(Random& random, const std::vector<Fiducial>& plan, double sigma_mm) {
  Case out{simulate::random_transform<Preop, Reference>(random, 150), {}};
  for (const Fiducial& f : plan) {
    const Point<Reference> exact = out.truth.inverse() * f.position;
    out.touched.push_back({exact.mm + sigma_mm * simulate::gauss3(random)});
  }
  return out;
}

Error refusal(const Touched& touched, const std::vector<Fiducial>& plan = fiducials) {
  const auto result = register_points(config, touched, plan);
  REQUIRE_FALSE(result);
  INFO(result.error().detail);
  CHECK_FALSE(result.error().detail.empty());
  return result.error();
}

bool says(const Error& e, const std::string& part) {
  return e.detail.find(part) != std::string::npos;
}

std::vector<Fiducial> symmetric_plan() {
  // A flat rectangle: half a turn about its normal, or about either middle line, maps it on itself.
  return {{"LU", {{-30, 20, 0}}},
          {"RU", {{30, 20, 0}}},
          {"LD", {{-30, -20, 0}}},
          {"RD", {{30, -20, 0}}}};
}

}  // namespace

TEST_CASE("well touched fiducials register, within the error the result itself predicts") {
  Random random(51);
  int inside = 0;
  const int n = 1000;
  for (int i = 0; i < n; ++i) {
    const Case c = touch(random, fiducials, 0.7 / std::sqrt(3.0));
    const auto result = register_points(config, c.touched, fiducials);
    REQUIRE(result);
    const auto& r = result.value();
    const Point<Preop> target{{40, 20, -50}};
    const Point<Preop> shown = r.fit.to_from * (c.truth.inverse() * target);
    const double radius = radius_95_mm(r.fit.covariance.at(target));
    inside += distance_mm(shown, target) <= radius ? 1 : 0;
  }
  CHECK(inside / double(n) >= 0.93);
  CHECK(inside / double(n) <= 0.97);
}

TEST_CASE("a hand shakier than configured widens the predicted error by its residuals") {
  Random random(52);
  Case c = touch(random, fiducials, 0.0);
  auto exact = register_points(config, c.touched, fiducials);
  REQUIRE(exact);
  CHECK(exact.value().fle_used_mm == 0.7);
  for (std::size_t i = 0; i < 6; ++i) c.touched[i].mm += 0.8 * simulate::gauss3(random);
  PointRegistrationConfig loose = config;
  loose.fle_rms_mm = 0.2;
  loose.max_leave_one_out_mm = 9;
  const auto shaky = register_points(loose, c.touched, fiducials);
  REQUIRE(shaky);
  CHECK(shaky.value().fle_used_mm == Approx(shaky.value().fit.fle_estimate_mm));
  const Point<Preop> target{{0, 0, 0}};
  CHECK(tre_rms_mm(shaky.value().fit.covariance, target) >
        tre_rms_mm(exact.value().fit.covariance, target));
}

TEST_CASE("H15: symmetric fiducials with swapped labels are refused") {
  Random random(53);
  const auto plan = symmetric_plan();
  Case c = touch(random, plan, 0.2);
  // Touched in the order of the half turn: the fit is perfect and the patient is turned round.
  const Touched turned{c.touched[3], c.touched[2], c.touched[1], c.touched[0]};
  const Error e = refusal(turned, plan);
  CHECK(e.code == Code::ambiguous);
  CHECK(says(e, "symmetric"));
  CHECK(says(e, "'LU' taken as 'RD'"));
}

TEST_CASE("H15: symmetric fiducials are refused with right labels too, and before any touch") {
  Random random(54);
  const auto plan = symmetric_plan();
  CHECK(refusal(touch(random, plan, 0.2).touched, plan).code == Code::ambiguous);
  const Status early = check_fiducials(config, plan);
  REQUIRE_FALSE(early);
  CHECK(early.error().code == Code::ambiguous);
  CHECK(check_fiducials(config, fiducials));
}

TEST_CASE("H15: nearly symmetric fiducials are refused, clearly asymmetric ones are not") {
  auto plan = symmetric_plan();
  plan[3].position.mm.x() += 2;
  CHECK_FALSE(check_fiducials(config, plan));
  plan[3].position.mm.x() += 18;
  CHECK(check_fiducials(config, plan));
}

TEST_CASE("H15: two fiducials touched in the wrong order are named") {
  Random random(55);
  for (std::size_t a = 0; a < 6; ++a) {
    for (std::size_t b = a + 1; b < 6; ++b) {
      Case c = touch(random, fiducials, 0.3);
      std::swap(c.touched[a], c.touched[b]);
      const Error e = refusal(c.touched);
      CHECK(e.code == Code::inconsistent);
      CHECK(says(e, "'" + fiducials[a].label + "' taken as '" + fiducials[b].label + "'"));
      CHECK(says(e, "'" + fiducials[b].label + "' taken as '" + fiducials[a].label + "'"));
    }
  }
}

TEST_CASE("H15: any wrong order of touching is refused") {
  Random random(56);
  for (int trial = 0; trial < 60; ++trial) {
    Case c = touch(random, fiducials, 0.3);
    const Touched right = c.touched;
    std::shuffle(c.touched.begin(), c.touched.end(), random);
    const bool same =
        distance_mm(c.touched[0], right[0]) == 0 && distance_mm(c.touched[1], right[1]) == 0 &&
        distance_mm(c.touched[2], right[2]) == 0 && distance_mm(c.touched[3], right[3]) == 0 &&
        distance_mm(c.touched[4], right[4]) == 0;
    if (!same) CHECK(says(refusal(c.touched), "wrong order"));
  }
}

TEST_CASE("H15: a residual under the limit with one bad point is caught by leaving it out") {
  // 3.6 mm off at one of six: FRE stays acceptable, the other five disagree with the sixth.
  Random random(57);
  Case c = touch(random, fiducials, 0.05);
  const Eigen::Vector3d outward = c.touched[1].mm - c.touched[5].mm;
  c.touched[1].mm += 3.6 * outward.normalized();
  const auto fit = fit_rigid<Preop, Reference>(
      c.touched,
      std::vector<Point<Preop>>{fiducials[0].position, fiducials[1].position, fiducials[2].position,
                                fiducials[3].position, fiducials[4].position,
                                fiducials[5].position},
      std::vector<double>(6, 1.0));
  REQUIRE(fit);
  REQUIRE(fit.value().fre_mm < config.max_fre_mm);
  const Error e = refusal(c.touched);
  CHECK(e.code == Code::out_of_range);
  CHECK(says(e, "leave-one-out"));
  CHECK(says(e, "'F2' is 3."));
}

TEST_CASE("a point far off is refused by FRE and named") {
  Random random(58);
  Case c = touch(random, fiducials, 0.05);
  c.touched[3].mm.z() += 8;
  const Error e = refusal(c.touched);
  CHECK(says(e, "FRE <= 1.50 mm"));
  CHECK(says(e, "'F4' is"));
}

TEST_CASE("H8: touched points that are a mirror image of the plan are refused") {
  Random random(59);
  Case c = touch(random, fiducials, 0.1);
  for (auto& p : c.touched) p.mm.x() = -p.mm.x();
  refusal(c.touched);
}

TEST_CASE("H17: points in metres are refused, on either side") {
  Random random(60);
  Case c = touch(random, fiducials, 0.1);
  for (auto& p : c.touched) p.mm *= 1e-3;
  CHECK(says(refusal(c.touched), "touched points: expected 5 to 500 mm"));
  auto metres = fiducials;
  for (auto& f : metres) f.position.mm *= 1e-3;
  CHECK(says(refusal(touch(random, fiducials, 0.1).touched, metres), "planned fiducials"));
}

TEST_CASE("too few, not finite, repeated and collinear touches are refused by label") {
  Random random(61);
  const Touched good = touch(random, fiducials, 0.1).touched;
  CHECK(refusal(Touched(good.begin(), good.begin() + 5)).code == Code::inconsistent);
  const std::vector<Fiducial> three(fiducials.begin(), fiducials.begin() + 3);
  CHECK(says(refusal(Touched(good.begin(), good.begin() + 3), three), "4 or more, found 3"));
  Touched nan = good;
  nan[4].mm.x() = std::numeric_limits<double>::quiet_NaN();
  CHECK(says(refusal(nan), "'F5'"));
  Touched twice = good;
  twice[3] = twice[2];
  CHECK(says(refusal(twice), "'F3' and 'F4'"));
  Touched line = good;
  for (std::size_t i = 0; i < line.size(); ++i)
    line[i].mm = Eigen::Vector3d(30.0 * static_cast<double>(i), 0, 0);
  CHECK(says(refusal(line), "best line"));
}

TEST_CASE("no touches and no fiducials are refused, not divided by") {
  CHECK_FALSE(register_points(config, Touched{}, std::vector<Fiducial>{}));
  CHECK_FALSE(check_fiducials(config, std::vector<Fiducial>{}));
}

TEST_CASE("coplanar fiducials without symmetry register") {
  const std::vector<Fiducial> plan{{"A", {{0, 0, 0}}},
                                   {"B", {{70, 0, 0}}},
                                   {"C", {{10, 45, 0}}},
                                   {"D", {{90, 60, 0}}},
                                   {"E", {{35, 20, 0}}}};
  Random random(62);
  const Case c = touch(random, plan, 0.2);
  const auto result = register_points(config, c.touched, plan);
  REQUIRE(result);
  const Point<Preop> above{{30, 20, 60}};
  CHECK(distance_mm(result.value().fit.to_from * (c.truth.inverse() * above), above) < 2);
}

TEST_CASE("H14: the registration says where it is supported, and TRE grows outside") {
  Random random(63);
  const Case c = touch(random, fiducials, 0.2);
  const auto result = register_points(config, c.touched, fiducials);
  REQUIRE(result);
  const auto& r = result.value();
  const Registration event = registration_of(r, fiducials);
  REQUIRE(event.points.size() == fiducials.size());
  for (std::size_t i = 0; i < fiducials.size(); ++i) {
    CHECK(event.points[i].mm == fiducials[i].position.mm);
  }
  const Point<Preop> center{{25, 18, 73.0 / 6}};
  const Point<Preop> two_levels_away{center.mm + Eigen::Vector3d(0, 0, 80)};
  CHECK(tre_rms_mm(r.fit.covariance, two_levels_away) > 2 * tre_rms_mm(r.fit.covariance, center));
}

TEST_CASE("touched points register the spine as a whole, in one event") {
  Random random(64);
  const Case c = touch(random, fiducials, 0.2);
  const auto result = register_points(config, c.touched, fiducials);
  REQUIRE(result);
  const Registration event = registration_of(result.value(), fiducials);
  CHECK_FALSE(event.vertebra);
  CHECK(event.fre_mm == result.value().fit.fre_mm);
  CHECK(event.covariance.theta_t == result.value().fit.covariance.theta_t);
  CHECK(event.preop_from_reference.matrix().isApprox(result.value().fit.to_from.matrix(), 0));
}

TEST_CASE("registration limits are all required, in range, and no other key is") {
  const std::string all =
      "fle_rms_mm = 0.7\nmax_fre_mm = 1.5\nmax_leave_one_out_mm = 3.0\nswap_margin_mm = 2.0\n"
      "min_spacing_mm = 10\nmin_off_line_mm = 8\n";
  const auto c = read_point_registration(ConfigReader::parse(all, "r.toml"));
  CHECK(c.fle_rms_mm == 0.7);
  CHECK(c.max_fre_mm == 1.5);
  CHECK(c.max_leave_one_out_mm == 3.0);
  CHECK(c.swap_margin_mm == 2.0);
  CHECK(c.min_spacing_mm == 10);
  CHECK(c.min_off_line_mm == 8);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    const std::string without = all.substr(0, at) + all.substr(end);
    CHECK_THROWS_AS(read_point_registration(ConfigReader::parse(without, "r.toml")), ConfigError);
    at = end;
  }
  CHECK_THROWS_WITH(read_point_registration(ConfigReader::parse(all + "max_tre = 1\n", "r.toml")),
                    Catch::Contains("max_tre"));
}
