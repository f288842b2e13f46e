#include "engine/registration/label_check.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "engine/registration/rigid_fit.hpp"
#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using simulate::Random;

namespace {

using Points = std::vector<Eigen::Vector3d>;

Points cloud(Random& random, std::size_t n, double sigma_mm) {
  Points out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(sigma_mm * simulate::gauss3(random));
  return out;
}

double fre_of(const Points& from, const Points& to, const std::vector<std::size_t>& order) {
  Points matched;
  for (const std::size_t i : order) matched.push_back(to[i]);
  const std::vector<double> equal(from.size(), 1.0);
  const Eigen::Isometry3d fit = detail::best_rigid(from, matched, equal);
  double squares = 0;
  for (std::size_t i = 0; i < from.size(); ++i)
    squares += (matched[i] - fit * from[i]).squaredNorm();
  return std::sqrt(squares / static_cast<double>(from.size()));
}

}  // namespace

TEST_CASE("the pruned search of labellings finds what trying every permutation finds") {
  Random random(41);
  int with_answer = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t n = 4 + static_cast<std::size_t>(trial) % 3;
    const Points to = cloud(random, n, 20);
    Points from = to;
    for (auto& p : from) p += 6.0 * simulate::gauss3(random);  // noisy: labels are in doubt
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    const std::vector<std::size_t> given = order;
    double best = 12;
    std::vector<std::size_t> best_order;
    do {
      const double fre = fre_of(from, to, order);
      if (order != given && fre <= best) best = fre, best_order = order;
    } while (std::next_permutation(order.begin(), order.end()));
    const LabelSearch found = search_labellings(from, to, 12);
    CHECK(found.complete);
    REQUIRE(found.best.has_value() == !best_order.empty());
    if (best_order.empty()) continue;
    ++with_answer;
    CHECK(found.best->to_index == best_order);
    CHECK(found.best->fre_mm == Approx(best));
  }
  CHECK(with_answer > 10);
}

TEST_CASE("the true order of shuffled points is found among 12") {
  Random random(42);
  const Points to = cloud(random, 12, 40);
  std::vector<std::size_t> order(12);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  const Eigen::Matrix3d turn = simulate::random_rotation(random);
  Points from;
  for (const std::size_t i : order) from.push_back(turn * to[i] + Eigen::Vector3d(5, 6, 7));
  const LabelSearch found = search_labellings(from, to, 3);
  CHECK(found.complete);
  REQUIRE(found.best);
  CHECK(found.best->to_index == order);
  CHECK(found.best->fre_mm < 1e-9);
}

TEST_CASE("a cube's symmetry is found, an irregular set has none") {
  Random random(43);
  Points cube;
  for (int i = 0; i < 8; ++i) {
    cube.emplace_back(40.0 * (i & 1), 20.0 * (i & 2), 10.0 * (i & 4));
  }
  const LabelSearch symmetric = search_labellings(cube, cube, 1);
  REQUIRE(symmetric.best);
  CHECK(symmetric.best->fre_mm < 1e-9);
  CHECK_FALSE(search_labellings(cloud(random, 8, 40), cloud(random, 8, 40), 1).best);
}

TEST_CASE("a mirror image of points is no labelling: only proper rotations count") {
  // Swapping the last two keeps every distance, but maps the set onto its mirror image.
  const Points mirror_only{{0, 0, 0}, {30, 0, 0}, {8, 40, 20}, {8, 40, -20}};
  CHECK_FALSE(search_labellings(mirror_only, mirror_only, 2).best);
  // Moved to the middle, half a turn swaps both pairs: a proper rotation, and it counts.
  const Points half_turn{{0, 0, 0}, {30, 0, 0}, {15, 40, 20}, {15, 40, -20}};
  const LabelSearch found = search_labellings(half_turn, half_turn, 2);
  REQUIRE(found.best);
  CHECK(found.best->to_index == std::vector<std::size_t>{1, 0, 3, 2});
}

TEST_CASE("a search that would not end in time says that it is not complete") {
  Points grid;  // every labelling is within the absurd limit, and none is tried twice
  for (int i = 0; i < 20; ++i) grid.emplace_back(i % 5, i / 5, 0);
  const Points far = [&] {
    Points out = grid;
    for (auto& p : out) p *= 100;
    return out;
  }();
  CHECK_FALSE(search_labellings(grid, far, 170).complete);
}
