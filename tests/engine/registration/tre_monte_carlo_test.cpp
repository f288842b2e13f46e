// Predicted against simulated TRE: the prediction sees geometry, FLE and weights only, the
// simulation runs the real fit on drawn points.
#include <catch2/catch.hpp>
#include <cmath>

#include "engine/registration/rigid_fit.hpp"
#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using simulate::Noise;
using simulate::Random;

namespace {

struct Setup {
  std::vector<Point<Tracker>> truth;  // where the markers are
  std::vector<Eigen::Matrix3d> fle;
  std::vector<double> weights;
};

struct Simulated {
  double tre_rms_mm;
  Eigen::Matrix3d covariance;
};

// The tool's own axes are the tracker's when nothing is wrong, so the fit's error at `target` is
// where it sends that point.
Simulated simulate_tre(const Setup& s, const Eigen::Vector3d& target, int n, Random& random) {
  std::vector<Noise> noise(s.fle.begin(), s.fle.end());
  std::vector<Eigen::Vector3d> model;
  for (const auto& p : s.truth) model.push_back(p.mm);
  std::vector<Eigen::Vector3d> seen = model;
  Eigen::Matrix3d sum = Eigen::Matrix3d::Zero();
  for (int i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < model.size(); ++k) seen[k] = model[k] + noise[k](random);
    const Eigen::Vector3d e = detail::best_rigid(model, seen, s.weights) * target - target;
    sum += e * e.transpose();
  }
  return {std::sqrt(sum.trace() / n), sum / n};
}

Setup tool(std::vector<Point<Tracker>> markers, const Eigen::Matrix3d& fle) {
  const std::size_t n = markers.size();
  return {std::move(markers), std::vector<Eigen::Matrix3d>(n, fle), std::vector<double>(n, 1.0)};
}

const std::vector<Point<Tracker>> cross{
    {{35.5, 0, 0}}, {{-35.5, 0, 0}}, {{0, 27, 0}}, {{0, -27, 0}}};
const std::vector<Point<Tracker>> rectangle{
    {{35.5, 27, 0}}, {{-35.5, 27, 0}}, {{35.5, -27, 0}}, {{-35.5, -27, 0}}};
const Eigen::Matrix3d isotropic_fle = Eigen::Matrix3d::Identity() / 27;
const Eigen::Matrix3d camera_fle = Eigen::Vector3d(1 / 99.0, 1 / 99.0, 1 / 11.0).asDiagonal();

}  // namespace

TEST_CASE("simulated TRE of the published tool designs is the published Monte Carlo figure") {
  struct Row {
    Setup setup;
    double target_mm;
    double published_mm;
  };
  const std::vector<Row> rows{
      {tool(cross, isotropic_fle), 85, 0.4489},     {tool(cross, isotropic_fle), 170, 0.8496},
      {tool(rectangle, isotropic_fle), 85, 0.3395}, {tool(rectangle, isotropic_fle), 170, 0.6141},
      {tool(rectangle, camera_fle), 85, 0.4110},    {tool(rectangle, camera_fle), 170, 0.7682}};
  Random random(21);
  for (const Row& row : rows) {
    const double got = simulate_tre(row.setup, {row.target_mm, 0, 0}, 40000, random).tre_rms_mm;
    INFO("published " << row.published_mm);
    CHECK(got == Approx(row.published_mm).epsilon(0.015));  // 4 sigma of 40,000 samples
  }
}

TEST_CASE("predicted TRE is within 5 % of simulated TRE for any FLE, weights and target") {
  Random random(22);
  for (int trial = 0; trial < 24; ++trial) {
    const std::size_t n = 4 + static_cast<std::size_t>(trial) % 5;
    Setup s;
    s.truth = simulate::random_points<Tracker>(random, n, 30);
    std::uniform_real_distribution<double> weight(0.2, 3.0);
    for (std::size_t k = 0; k < n; ++k) {
      const bool isotropic = trial % 3 == 0;
      s.fle.push_back(isotropic ? Eigen::Matrix3d(0.04 * Eigen::Matrix3d::Identity())
                                : simulate::random_covariance(random, {0.05, 0.1, 0.3}));
      s.weights.push_back(trial % 2 == 0 ? 1.0 : weight(random));
    }
    const Eigen::Vector3d target = 70.0 * simulate::gauss3(random);
    const auto predicted = fit_covariance<Tracker>(s.truth, s.fle, s.weights);
    const Simulated got = simulate_tre(s, target, 10000, random);
    INFO("trial " << trial << ", " << n << " points");
    CHECK(tre_rms_mm(predicted, {target}) == Approx(got.tre_rms_mm).epsilon(0.05));
    const Eigen::Matrix3d c = predicted.at({target});
    CHECK((c - got.covariance).norm() <= 0.1 * c.norm());  // the shape too, not its size alone
  }
}

TEST_CASE("FRE says nothing of TRE: their correlation is below 0.03") {
  Random random(23);
  const auto points = simulate::random_points<Preop>(random, 6, 40);
  const std::vector<double> equal(6, 1.0);
  std::vector<Eigen::Vector3d> model;
  for (const auto& p : points) model.push_back(p.mm);
  const Eigen::Vector3d target(20, -60, 40);
  double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  const int n = 20000;
  for (int i = 0; i < n; ++i) {
    std::vector<Eigen::Vector3d> seen = model;
    for (auto& p : seen) p += 0.3 * simulate::gauss3(random);
    const Eigen::Isometry3d fit = detail::best_rigid(model, seen, equal);
    double squares = 0;
    for (std::size_t k = 0; k < 6; ++k) squares += (seen[k] - fit * model[k]).squaredNorm();
    const double fre = std::sqrt(squares / 6);
    const double tre = (fit * target - target).norm();
    sx += fre, sy += tre, sxx += fre * fre, syy += tre * tre, sxy += fre * tre;
  }
  const double covariance = sxy / n - sx / n * sy / n;
  const double correlation =
      covariance / std::sqrt((sxx / n - sx * sx / n / n) * (syy / n - sy * sy / n / n));
  CHECK(std::abs(correlation) < 0.03);  // 4 sigma of 20,000 samples of no correlation
}

TEST_CASE("the FLE estimated from FRE is right on average") {
  Random random(24);
  for (const std::size_t count : {4, 6, 10}) {
    const auto points = simulate::random_points<Reference>(random, count, 40);
    const std::vector<double> equal(count, 1.0);
    double squares = 0;
    const int n = 3000;
    for (int i = 0; i < n; ++i) {
      std::vector<Point<Preop>> seen;
      for (const auto& p : points) seen.push_back({p.mm + 0.2 * simulate::gauss3(random)});
      const auto fit = fit_rigid<Preop, Reference>(points, seen, equal);
      REQUIRE(fit);
      squares += std::pow(fit.value().fle_estimate_mm, 2);
    }
    CHECK(std::sqrt(squares / n) == Approx(0.2 * std::sqrt(3.0)).epsilon(0.03));
  }
}

TEST_CASE("with weights that are inverse variances the FLE estimate is that of a mean weight") {
  Random random(25);
  const auto points = simulate::random_points<Reference>(random, 8, 40);
  const std::vector<double> weights{1, 4, 1, 4, 1, 4, 1, 4};  // mean 2.5
  double squares = 0;
  Matrix6 claimed = Matrix6::Zero();
  Matrix6 expected = Matrix6::Zero();
  const int n = 4000;
  for (int i = 0; i < n; ++i) {
    std::vector<Point<Preop>> seen;
    std::vector<Eigen::Matrix3d> fle;
    for (std::size_t k = 0; k < 8; ++k) {
      const double sigma = 0.3 / std::sqrt(weights[k]);
      seen.push_back({points[k].mm + sigma * simulate::gauss3(random)});
      fle.emplace_back(sigma * sigma * Eigen::Matrix3d::Identity());
    }
    const auto fit = fit_rigid<Preop, Reference>(points, seen, weights);
    REQUIRE(fit);
    squares += std::pow(fit.value().fle_estimate_mm, 2);
    claimed += fit.value().covariance.theta_t / n;
    expected += fit_covariance<Preop>(seen, fle, weights).theta_t / n;
  }
  CHECK(std::sqrt(squares / n) == Approx(0.3 * std::sqrt(3.0 / 2.5)).epsilon(0.03));
  CHECK((claimed - expected).norm() <= 0.05 * expected.norm());
}

TEST_CASE("weighting by inverse FLE covariance makes the tip of a tilted tool 1.2 times better") {
  // A camera measures its depth three times worse; a flat tool is tilted 45 degrees to it.
  Random random(26);
  const Eigen::Matrix3d fle = Eigen::Vector3d(0.01, 0.01, 0.09).asDiagonal();
  const Eigen::Matrix3d tilt =
      Eigen::AngleAxisd(0.785, Eigen::Vector3d(1, 1, 0).normalized()).toRotationMatrix();
  std::vector<Point<Tool>> markers{{{0, 0, 0}}, {{50, 5, 0}}, {{-30, 40, 0}}, {{10, -65, 0}}};
  const std::vector<Eigen::Matrix3d> none(4, 1e-12 * Eigen::Matrix3d::Identity());
  const std::vector<Eigen::Matrix3d> each(4, fle);
  const std::vector<double> equal(4, 1.0);
  const Point<Tool> tip{{0, 0, -150}};
  const Noise noise(fle);
  double plain = 0, weighted = 0, claimed = 0;
  const int n = 3000;
  for (int i = 0; i < n; ++i) {
    std::vector<Point<Tracker>> seen;
    for (const auto& m : markers) seen.push_back({tilt * m.mm + noise(random)});
    const auto unweighted_fit = fit_rigid<Tracker, Tool>(markers, seen, equal);
    const auto weighted_fit = fit_rigid_known_fle<Tracker, Tool>(markers, seen, none, each);
    REQUIRE(unweighted_fit);
    REQUIRE(weighted_fit);
    const Point<Tracker> truth{tilt * tip.mm};
    plain += std::pow(distance_mm(unweighted_fit.value().to_from * tip, truth), 2) / n;
    weighted += std::pow(distance_mm(weighted_fit.value().to_from * tip, truth), 2) / n;
    claimed += weighted_fit.value().covariance.at(truth).trace() / n;
  }
  CHECK(std::sqrt(plain / weighted) > 1.2);
  CHECK(std::sqrt(claimed) == Approx(std::sqrt(weighted)).epsilon(0.05));
}
