#include "engine/registration/fiducial_matching.hpp"

#include <Eigen/LU>
#include <catch2/catch.hpp>

#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;
using namespace trocar::simulate;

namespace {

constexpr FiducialMatchingConfig config{4, 1, 0.5};

ReferencePhantom phantom_of(const std::vector<Eigen::Vector3d>& points) {
  ReferencePhantom p{"plate", "a test", "", 5.0, 1500, 0.03, 1.0, {}};
  for (const Eigen::Vector3d& c : points)
    p.fiducials.push_back({"S" + std::to_string(p.fiducials.size()), {c}});
  return p;
}

struct Case {
  std::vector<FoundSphere> found;
  Transform<Reference, Intraop> truth;
};

struct Trouble {
  double sigma_mm = 0.1;
  std::size_t missing = 0, spurious = 0;
};

Case simulated(const ReferencePhantom& phantom, const Trouble& trouble, Random& random) {
  const auto intraop_from_reference = random_transform<Intraop, Reference>(random, 150);
  Case c{{}, intraop_from_reference.inverse()};
  const Noise geometry(std::pow(phantom.position_sigma_mm, 2) * Eigen::Matrix3d::Identity());
  const Eigen::Matrix3d covariance =
      trouble.sigma_mm * trouble.sigma_mm * Eigen::Matrix3d::Identity();
  const Noise noise(covariance);
  for (const ReferenceFiducial& f : phantom.fiducials) {
    const Point<Reference> real{f.center.mm + geometry(random)};
    c.found.push_back(
        {{(intraop_from_reference * real).mm + noise(random)}, covariance, 2600, 0.02});
  }
  std::shuffle(c.found.begin(), c.found.end(), random);
  c.found.resize(c.found.size() - trouble.missing);
  std::uniform_real_distribution<double> place(-70, 70);
  for (std::size_t i = 0; i < trouble.spurious; ++i) {
    const Eigen::Vector3d p(place(random), place(random), place(random));
    c.found.push_back({{(intraop_from_reference * Point<Reference>{p}).mm}, covariance, 2600, 0.1});
  }
  std::shuffle(c.found.begin(), c.found.end(), random);
  return c;
}

// How far off the result is at a place 60 mm below the plate, where a vertebra may be.
double error_mm(const FiducialMatch& match, const Case& of) {
  const Point<Reference> target{{0, 0, -80}};
  return distance_mm(match.reference_from_intraop * (of.truth.inverse() * target), target);
}

std::string refusal(const Result<FiducialMatch>& match, Code code) {
  REQUIRE_FALSE(match);
  CHECK(match.error().code == code);
  return match.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("seven spheres in any order give the pose they were simulated with") {
  Random random(1);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  for (int i = 0; i < 100; ++i) {
    const Case c = simulated(phantom, {}, random);
    const auto match = match_fiducials(config, phantom, c.found);
    REQUIRE(match);
    CHECK(match.value().matched.size() == 7);
    CHECK(match.value().margin >= 3);
    CHECK(match.value().rms_mm < 0.4);
    CHECK(error_mm(match.value(), c) < 0.8);
    for (const MatchedSphere& m : match.value().matched) {
      const Point<Reference> put = match.value().reference_from_intraop * c.found[m.found].center;
      CHECK((phantom.fiducials[m.fiducial].center.mm - put.mm - m.residual.mm).norm() < 1e-9);
    }
  }
}

TEST_CASE("missing and spurious spheres do not lead astray: right, or refused, never wrong") {
  Random random(2);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  std::size_t right = 0, all = 0;
  for (const double sigma_mm : {0.1, 0.2})
    for (std::size_t missing = 0; missing <= 2; ++missing)
      for (const std::size_t spurious : {0U, 5U, 20U})
        for (int i = 0; i < 20; ++i) {
          const Case c = simulated(phantom, {sigma_mm, missing, spurious}, random);
          const auto match = match_fiducials(config, phantom, c.found);
          ++all;
          if (!match) continue;
          ++right;
          INFO("sigma " << sigma_mm << " missing " << missing << " spurious " << spurious);
          CHECK(error_mm(match.value(), c) < 10 * sigma_mm);
        }
  INFO(right << " of " << all);
  CHECK(100 * right >= 97 * all);
}

TEST_CASE("a larger set stands three missing, twenty spurious and 0.3 mm of noise") {
  Random random(3);
  const ReferencePhantom phantom = phantom_of({{-40, -30, 0},
                                               {38, -34, 4},
                                               {44, 12, -6},
                                               {-36, 17, 9},
                                               {-9, 41, -3},
                                               {22, 36, 11},
                                               {3, -43, -8},
                                               {-17, -8, 14},
                                               {15, 4, -13},
                                               {-46, -4, -9}});
  for (int i = 0; i < 60; ++i) {
    const Case c = simulated(phantom, {0.3, 3, 20}, random);
    const auto match = match_fiducials({5, 1, 1.0}, phantom, c.found);
    REQUIRE(match);
    CHECK(match.value().missing >= 3);
    CHECK(error_mm(match.value(), c) < 2.5);
  }
}

TEST_CASE("the covariance covers the error at a target below the plate") {
  Random random(4);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  const Point<Reference> target{{10, -5, -80}};
  double chi2 = 0;
  int within_95 = 0;
  constexpr int rounds = 400;
  for (int i = 0; i < rounds; ++i) {
    const Case c = simulated(phantom, {0.1, 1, 3}, random);
    const auto match = match_fiducials(config, phantom, c.found);
    REQUIRE(match);
    const Eigen::Vector3d off =
        (match.value().reference_from_intraop * (c.truth.inverse() * target)).mm - target.mm;
    const double d2 = off.dot(match.value().covariance.at(target).inverse() * off);
    chi2 += d2;
    within_95 += d2 < 7.815 ? 1 : 0;  // chi-square, 3 degrees of freedom
  }
  CHECK(chi2 / rounds == Approx(3.0).margin(0.45));
  CHECK(within_95 > 0.92 * rounds);
}

TEST_CASE("residuals larger than promised make the covariance grow") {
  Random random(5);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  Case c = simulated(phantom, {0.2, 0, 0}, random);
  const auto honest = match_fiducials(config, phantom, c.found);
  for (FoundSphere& s : c.found) s.covariance *= 0.01;
  const auto boasting = match_fiducials(config, phantom, c.found);
  REQUIRE(honest);
  REQUIRE(boasting);
  CHECK(boasting.value().covariance.theta_t.trace() >
        0.2 * honest.value().covariance.theta_t.trace());
}

TEST_CASE("too few spheres are refused, with the count") {
  Random random(6);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  const Case c = simulated(phantom, {0.1, 4, 2}, random);
  const auto text = refusal(match_fiducials(config, phantom, c.found), Code::not_found);
  CHECK(says(text, "4 or more of the 7"));
  CHECK(says(text, "3 that fit"));
  CHECK(says(refusal(match_fiducials(config, phantom, {}), Code::not_found), "found 0"));
  const Case five = simulated(phantom, {0.1, 2, 0}, random);
  refusal(match_fiducials({6, 1, 0.5}, phantom, five.found), Code::not_found);
}

TEST_CASE("H8: a scan with left and right exchanged is refused by name") {
  Random random(7);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  Case c = simulated(phantom, {0.05, 0, 3}, random);
  for (FoundSphere& s : c.found) s.center.mm.x() = -s.center.mm.x();
  const auto text = refusal(match_fiducials({5, 1, 0.5}, phantom, c.found), Code::inconsistent);
  CHECK(says(text, "mirror image"));
}

TEST_CASE("a symmetric set is ambiguous, whatever the noise (H15)") {
  Random random(8);
  const ReferencePhantom phantom =
      phantom_of({{20, 0, 0}, {0, 20, 0}, {-20, 0, 0}, {0, -20, 0}, {0, 0, 15}});
  for (int i = 0; i < 20; ++i) {
    const Case c = simulated(phantom, {0.1, 0, 0}, random);
    refusal(match_fiducials(config, phantom, c.found), Code::ambiguous);
  }
}

TEST_CASE("a nearly symmetric set is clear with all its spheres, ambiguous without the odd one") {
  Random random(9);
  const ReferencePhantom phantom =
      phantom_of({{20, 0, 0}, {0, 20, 0}, {-20, 0, 0}, {0, -20, 0}, {0, 0, 15}, {31, 12, 9}});
  Case c = simulated(phantom, {0.05, 0, 0}, random);
  CHECK(match_fiducials({5, 1, 0.5}, phantom, c.found));
  refusal(match_fiducials({5, 2, 0.5}, phantom, c.found), Code::ambiguous);
  const Point<Intraop> odd = c.truth.inverse() * phantom.fiducials.back().center;
  std::erase_if(c.found, [&](const FoundSphere& s) { return distance_mm(s.center, odd) < 2; });
  REQUIRE(c.found.size() == 5);
  refusal(match_fiducials({5, 1, 0.5}, phantom, c.found), Code::ambiguous);
}

TEST_CASE("H8: an odd sphere near a plane of symmetry does not tell the mirror image apart") {
  Random random(9);
  // 0.7 mm off the plane x = y: its mirror image is 1.4 mm away, which is within the tolerance of
  // 1 mm once the pose has given way.
  const ReferencePhantom phantom =
      phantom_of({{20, 0, 0}, {0, 20, 0}, {-20, 0, 0}, {0, -20, 0}, {0, 0, 15}, {24, 23, 9}});
  const Case c = simulated(phantom, {0.05, 0, 0}, random);
  CHECK(says(refusal(match_fiducials({5, 1, 0.5}, phantom, c.found), Code::ambiguous), "mirror"));
}

TEST_CASE("a bent plate is refused by its residuals") {
  Random random(10);
  const ReferencePhantom phantom = phantom_of(plate_mm());
  const Case c = simulated(phantom, {0.35, 0, 0}, random);
  const auto match = match_fiducials({4, 1, 0.1}, phantom, c.found);
  CHECK(says(refusal(match, Code::not_converged), "residuals"));
}

TEST_CASE("the limits are read strictly, none has a default") {
  const auto read = [](const std::string& text) {
    return read_fiducial_matching(ConfigReader::parse(text, "run.toml"));
  };
  const auto c = read("min_matched_spheres = 5\nmin_margin_spheres = 2\nmax_rms_mm = 0.3\n");
  CHECK(c.min_matched == 5);
  CHECK(c.min_margin == 2);
  CHECK(c.max_rms_mm == 0.3);
  CHECK_THROWS_AS(read("min_matched_spheres = 3\nmin_margin_spheres = 2\nmax_rms_mm = 0.3\n"),
                  ConfigError);
  CHECK_THROWS_AS(read("min_matched_spheres = 5\nmax_rms_mm = 0.3\n"), ConfigError);
  CHECK_THROWS_AS(
      read("min_matched_spheres = 5\nmin_margin_spheres = 2\nmax_rms_mm = 0.3\nloud = true\n"),
      ConfigError);
}
