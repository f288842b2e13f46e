#include "engine/model/slice_distance.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace trocar;

namespace {

using Outline = std::vector<Eigen::Vector2d>;

constexpr double reach_mm = 6;

Outline ring(const Eigen::Vector2d& center, double radius_mm, int points = 720) {
  Outline o;
  for (int i = 0; i < points; ++i) {
    const double a = 2 * M_PI * i / points;
    o.emplace_back(center + radius_mm * Eigen::Vector2d(std::cos(a), std::sin(a)));
  }
  return o;
}

PlaneGrid grid() { return {{-20, -15}, 0.5, 81, 61}; }

// The largest difference from a known field, both held to the reach.
template <class Truth>
double worst(const std::vector<float>& distance, const Truth& truth) {
  const PlaneGrid g = grid();
  double most = 0;
  for (int y = 0; y < g.height; ++y)
    for (int x = 0; x < g.width; ++x)
      most = std::max(most, std::abs(distance[static_cast<std::size_t>(y * g.width + x)] -
                                     std::clamp(truth(g.at(x, y)), -reach_mm, reach_mm)));
  return most;
}

}  // namespace

TEST_CASE("the distance to a circle is that to its outline, negative inside, held at the reach") {
  const Eigen::Vector2d c(1.3, -0.7);
  const auto d = slice_distance(grid(), {ring(c, 9)}, reach_mm);
  CHECK(worst(d, [&](const Eigen::Vector2d& p) { return (p - c).norm() - 9; }) < 0.01);
}

TEST_CASE("an outline within another is a hole, one within the hole an island") {
  const auto d =
      slice_distance(grid(), {ring({0, 0}, 12), ring({0, 0}, 8), ring({0, 0}, 3)}, reach_mm);
  CHECK(worst(d, [&](const Eigen::Vector2d& p) {
          const double r = p.norm();
          const double in_ring = std::max(r - 12, 8 - r);
          return std::min(in_ring, r - 3);
        }) < 0.01);
}

TEST_CASE("a keyhole's channel is no boundary") {
  // Outer ring, a way in, the hole the other way round, and the same way out.
  Outline keyhole = ring({0, 0}, 12);
  keyhole.push_back(keyhole.front());
  Outline hole = ring({0, 0}, 6);
  keyhole.push_back(hole.front());
  for (std::size_t i = hole.size(); i-- > 0;) keyhole.push_back(hole[i]);
  const auto d = slice_distance(grid(), {keyhole}, reach_mm);
  CHECK(worst(d, [&](const Eigen::Vector2d& p) { return std::max(p.norm() - 12, 6 - p.norm()); }) <
        0.01);
}

TEST_CASE("the direction of an outline and where it begins do not matter") {
  Outline o = ring({2, 1}, 7);
  const auto a = slice_distance(grid(), {o}, reach_mm);
  std::reverse(o.begin(), o.end());
  std::rotate(o.begin(), o.begin() + 100, o.end());
  CHECK(slice_distance(grid(), {o}, reach_mm) == a);
}

TEST_CASE("corners on the lines of the grid count once") {
  const Outline square{{-8, -8}, {8, -8}, {8, 8}, {-8, 8}};  // through places of the grid
  const auto d = slice_distance(grid(), {square}, reach_mm);
  CHECK(worst(d, [&](const Eigen::Vector2d& p) {
          const Eigen::Vector2d q = p.cwiseAbs() - Eigen::Vector2d(8, 8);
          return std::min(q.maxCoeff(), 0.0) + q.cwiseMax(0.0).norm();
        }) < 1e-4);
}

TEST_CASE("no outline means outside everywhere") {
  for (const float d : slice_distance(grid(), {}, reach_mm)) CHECK(d == Approx(reach_mm));
}
