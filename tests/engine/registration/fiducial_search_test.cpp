#include "engine/registration/fiducial_search.hpp"

#include <catch2/catch.hpp>
#include <numeric>

#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;
using namespace trocar::simulate;
using fiducial_search::Candidates;

namespace {

constexpr double tolerance_mm = 0.5;
using Points = std::vector<Eigen::Vector3d>;

Points moved(const Eigen::Isometry3d& by, const Points& points) {
  Points out;
  for (const Eigen::Vector3d& p : points) out.push_back(by * p);
  return out;
}

Eigen::Isometry3d any_pose(Random& random) {
  return random_transform<Intraop, Reference>(random, 100).matrix();
}

}  // namespace

TEST_CASE("points in any order are paired with themselves") {
  Random random(1);
  for (int round = 0; round < 50; ++round) {
    const Eigen::Isometry3d found_from_known = any_pose(random);
    Points found = moved(found_from_known, plate_mm());
    std::vector<int> order(found.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    Points shuffled;
    for (const int i : order) shuffled.push_back(found[static_cast<std::size_t>(i)]);
    const Candidates c = fiducial_search::search(plate_mm(), shuffled, tolerance_mm, false);
    REQUIRE_FALSE(c.all.empty());
    CHECK(c.all.front().matched == 7);
    CHECK(c.best_matched == 7);
    CHECK(c.all.front().rms_mm < 1e-9);
    CHECK((c.all.front().known_from_found * found_from_known)
              .isApprox(Eigen::Isometry3d::Identity(), 1e-9));
    for (std::size_t i = 0; i < 7; ++i)
      CHECK(order[static_cast<std::size_t>(c.all.front().partner[i])] == static_cast<int>(i));
  }
}

TEST_CASE("one found point belongs to one known point, the nearer") {
  Points known = plate_mm();
  Points found = known;
  found.push_back(known[2] + Eigen::Vector3d(0.3, 0, 0));
  const Candidates c = fiducial_search::search(known, found, tolerance_mm, false);
  REQUIRE_FALSE(c.all.empty());
  CHECK(c.all.front().partner[2] == 2);
  CHECK(c.all.front().matched == 7);
  // The double makes no other pose: the plate has one by itself (half a turn brings four spheres
  // within the tolerance of others), and it stays the only one, as weak as before.
  const Candidates plain = fiducial_search::search(known, known, tolerance_mm, false);
  REQUIRE(plain.all.size() == 2);
  CHECK(plain.all[1].matched == 4);
  CHECK(c.all.size() == plain.all.size());
  const auto* rival = fiducial_search::rival_of(c.all.front(), c, known, tolerance_mm);
  REQUIRE(rival != nullptr);
  CHECK(rival->partner == plain.all[1].partner);
}

TEST_CASE("the mirror image is found only when it is asked for") {
  Random random(2);
  Points flipped = plate_mm();
  for (Eigen::Vector3d& p : flipped) p.x() = -p.x();
  const Points found = moved(any_pose(random), flipped);
  const Candidates direct = fiducial_search::search(plate_mm(), found, tolerance_mm, false);
  const Candidates mirror = fiducial_search::search(plate_mm(), found, tolerance_mm, true);
  CHECK(direct.best_matched < 5);
  REQUIRE_FALSE(mirror.all.empty());
  CHECK(mirror.all.front().matched == 7);
  CHECK(mirror.all.front().known_from_found.linear().determinant() == Approx(1.0));
}

TEST_CASE("a symmetric set has a rival as good as the best") {
  const Points square{{20, 0, 0}, {0, 20, 0}, {-20, 0, 0}, {0, -20, 0}, {0, 0, 15}};
  const Candidates c = fiducial_search::search(square, square, tolerance_mm, false);
  REQUIRE_FALSE(c.all.empty());
  const auto* rival = fiducial_search::rival_of(c.all.front(), c, square, tolerance_mm);
  REQUIRE(rival != nullptr);
  CHECK(rival->matched == 5);
  CHECK(fiducial_search::apart_mm(c.all.front(), *rival, square) > 20);
}

TEST_CASE("fewer than three points, or points on a line, give no pose") {
  const Points known = plate_mm();
  CHECK(fiducial_search::search(known, Points{}, tolerance_mm, false).all.empty());
  CHECK(fiducial_search::search(known, Points{known[0], known[1]}, tolerance_mm, false)
            .best_matched == 0);
  const Points line{{0, 0, 0}, {10, 0, 0}, {25, 0, 0}, {47, 0, 0}};
  CHECK(fiducial_search::search(line, line, tolerance_mm, false).all.empty());
}
