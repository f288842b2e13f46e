#include "drivers/simulators/simulated_fit.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace trocar;
using Eigen::AngleAxisd;
using Eigen::Quaterniond;
using Eigen::Vector3d;

namespace {

using Points = std::vector<Vector3d>;
const Points body{{0, 0, 0}, {50, 0, 0}, {0, 70, 0}, {38, 62, 12}};

Points moved(const Points& points, const Quaterniond& q, const Vector3d& t) {
  Points out;
  for (const auto& p : points) out.emplace_back(q * p + t);
  return out;
}

double sum_of_squares(const Points& from, const Points& to, const Quaterniond& q,
                      const Vector3d& t) {
  double sum = 0;
  for (std::size_t i = 0; i < from.size(); ++i) sum += (q * from[i] + t - to[i]).squaredNorm();
  return sum;
}

Vector3d random_vector(std::mt19937& random, double reach) {
  std::uniform_real_distribution<double> u(-reach, reach);
  const double x = u(random);
  const double y = u(random);
  return {x, y, u(random)};
}

}  // namespace

TEST_CASE("a motion without noise is found again, half turns among them") {
  std::mt19937 random(2);
  for (int n = 0; n < 100; ++n) {
    const double angle_rad = n < 10 ? M_PI : 0.06 * n;
    const Quaterniond q(AngleAxisd(angle_rad, random_vector(random, 1).normalized()));
    const Vector3d t = random_vector(random, 2000);
    const SimulatedFit fit = fit_simulated_body(body, moved(body, q, t));
    CHECK(fit.rotation.angularDistance(q) < 1e-7);
    CHECK(fit.rotation.norm() == Approx(1).margin(1e-12));
    CHECK((fit.translation_mm - t).norm() < 1e-5);
    CHECK(fit.rms_mm < 1e-8);
    CHECK(fit.worst_mm < 1e-8);
  }
}

TEST_CASE("three points are enough") {
  const Points three(body.begin(), body.begin() + 3);
  const Quaterniond q(AngleAxisd(0.7, Vector3d(1, 2, 3).normalized()));
  const SimulatedFit fit = fit_simulated_body(three, moved(three, q, {1, 2, 3}));
  CHECK(fit.rotation.angularDistance(q) < 1e-7);
}

TEST_CASE("of a mirrored body no mirror is made but the best rotation") {
  Points mirrored = body;
  for (auto& p : mirrored) p.z() = -p.z();
  const SimulatedFit fit = fit_simulated_body(body, mirrored);
  CHECK(fit.rotation.toRotationMatrix().determinant() == Approx(1));
  CHECK(fit.rms_mm > 1);
}

TEST_CASE("residuals of a square pulled apart along one side are what the hand computes") {
  // The square's mean stays, no rotation helps: each corner is 0.5 mm off.
  const Points square{{1, 1, 0}, {-1, 1, 0}, {-1, -1, 0}, {1, -1, 0}};
  const Points pulled{{1.5, 1, 0}, {-1.5, 1, 0}, {-1.5, -1, 0}, {1.5, -1, 0}};
  const SimulatedFit fit = fit_simulated_body(square, pulled);
  CHECK(fit.rms_mm == Approx(0.5));
  CHECK(fit.worst_mm == Approx(0.5));
  CHECK(fit.translation_mm.norm() < 1e-12);
}

TEST_CASE("the worst residual is the largest of all, whichever marker was displaced") {
  for (std::size_t marker = 0; marker < body.size(); ++marker) {
    for (int axis = 0; axis < 3; ++axis) {
      Points seen = body;
      seen[marker][axis] += 2;
      const SimulatedFit fit = fit_simulated_body(body, seen);
      double worst = 0;
      for (std::size_t i = 0; i < body.size(); ++i) {
        worst = std::max(worst, (fit.rotation * body[i] + fit.translation_mm - seen[i]).norm());
      }
      CHECK(fit.worst_mm == Approx(worst));
      CHECK(fit.worst_mm > fit.rms_mm);
    }
  }
}

TEST_CASE("no small turn or shift of the answer fits noisy points better") {
  std::mt19937 random(4);
  std::normal_distribution<double> noise(0, 0.5);
  for (int n = 0; n < 20; ++n) {
    Points seen = moved(body, Quaterniond(AngleAxisd(0.3 * n, Vector3d::UnitY())), {0, 5, -1500});
    for (auto& p : seen) {
      for (int axis = 0; axis < 3; ++axis) p[axis] += noise(random);
    }
    const SimulatedFit fit = fit_simulated_body(body, seen);
    const double best = sum_of_squares(body, seen, fit.rotation, fit.translation_mm);
    CHECK(fit.rms_mm == Approx(std::sqrt(best / 4)));
    for (int trial = 0; trial < 20; ++trial) {
      const Quaterniond turn(AngleAxisd(1e-3, random_vector(random, 1).normalized()));
      const Vector3d shift = random_vector(random, 0.05);
      CHECK(sum_of_squares(body, seen, turn * fit.rotation, fit.translation_mm + shift) > best);
    }
  }
}
