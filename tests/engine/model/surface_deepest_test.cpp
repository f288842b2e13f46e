#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "engine/model/surface_query.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

constexpr double tolerance_mm = 1e-6;

PlaceOnSegment place_at(const SurfaceTree& tree, const Segment& s, double at_mm) {
  return {nearest_point(tree, s.at(at_mm), 0), at_mm};
}

// The deepest place, from a place in the surface at `known_mm`.
PlaceOnSegment deepest_from(const SurfaceTree& tree, const Segment& s, double known_mm) {
  return deepest_place(tree, s, place_at(tree, s, known_mm));
}

Segment line(const Vector3d& from, const Vector3d& to) {
  return {from, (to - from).normalized(), (to - from).norm()};
}

// A tube of eight sides round z, of rings so many that its axis is everywhere as deep.
TriangleMesh tube(double radius_mm, double ring_mm, std::uint32_t rings) {
  constexpr std::uint32_t sides = 8;
  TriangleMesh mesh;
  for (std::uint32_t r = 0; r < rings; ++r) {
    for (std::uint32_t k = 0; k < sides; ++k) {
      const double angle_rad = k * std::numbers::pi / 4;
      mesh.vertices_mm.emplace_back(radius_mm * std::cos(angle_rad),
                                    radius_mm * std::sin(angle_rad), ring_mm * r);
    }
  }
  const std::uint32_t last = sides * (rings - 1);
  for (std::uint32_t k = 0; k < sides; ++k) {
    const std::uint32_t next = (k + 1) % sides;
    for (std::uint32_t at = 0; at < last; at += sides) {
      mesh.triangles.push_back({at + k, at + next, at + sides + next});
      mesh.triangles.push_back({at + k, at + sides + next, at + sides + k});
    }
    if (k == 0 || next == 0) continue;
    mesh.triangles.push_back({0, next, k});
    mesh.triangles.push_back({last, last + k, last + next});
  }
  return mesh;
}

}  // namespace

TEST_CASE("when the search for the deepest place is given up, its answer is on the safe side") {
  constexpr double radius_mm = 5;
  const double depth_mm = radius_mm * std::cos(std::numbers::pi / 8);
  const SurfaceTree tree = build_tree(tube(radius_mm, 0.5, 4001));
  const Segment axis = line({0, 0, 10}, {0, 0, 1990});
  const PlaceOnSegment found = deepest_from(tree, axis, 990);
  double deepest_mm = 0;
  for (double at = 0; at < axis.length_mm; at += 0.7) {
    deepest_mm = std::max(deepest_mm, -place_at(tree, axis, at).nearest.signed_mm);
  }
  CHECK(deepest_mm == Approx(depth_mm).margin(1e-9));
  // Deeper than the truth by more than the search's tolerance: it was given up, and a bound stands.
  CHECK(-found.nearest.signed_mm > depth_mm + 1e-3);
  CHECK(-found.nearest.signed_mm < 2 * depth_mm);
}

TEST_CASE("an axis straight through a box is deepest where the box is, by its formula") {
  const SurfaceTree tree = build_tree(box({-10, -8, -6}, {10, 8, 6}));
  // Along z through (7, 0): 3 mm from the side at most, from z = -3 to 3.
  const PlaceOnSegment side = deepest_from(tree, line({7, 0, 20}, {7, 0, -20}), 15);
  CHECK(side.nearest.signed_mm == Approx(-3).margin(tolerance_mm));
  CHECK(std::abs(side.at_mm - 20) <= 3 + tolerance_mm);
  // Along z through the middle: 6 mm from top and bottom in the centre alone.
  const PlaceOnSegment centre = deepest_from(tree, line({0, 0, 20}, {0, 0, -20}), 15);
  CHECK(centre.nearest.signed_mm == Approx(-6).margin(tolerance_mm));
  CHECK(centre.at_mm == Approx(20).margin(tolerance_mm));
}

TEST_CASE("an axis that ends inside is deepest at its end, or where it passed the middle") {
  const SurfaceTree tree = build_tree(box({-10, -8, -6}, {10, 8, 6}));
  const PlaceOnSegment end = deepest_from(tree, line({0, 0, 20}, {0, 0, 2}), 15);
  CHECK(end.nearest.signed_mm == Approx(-4).margin(tolerance_mm));
  CHECK(end.at_mm == Approx(18).margin(tolerance_mm));
  const PlaceOnSegment passed = deepest_from(tree, line({0, 0, 20}, {0, 0, -5}), 15);
  CHECK(passed.nearest.signed_mm == Approx(-6).margin(tolerance_mm));
}

TEST_CASE("of two parts that an axis passes through the deeper one counts, wherever one begins") {
  const SurfaceTree tree =
      build_tree(together(box({-5, -2, -2}, {5, 2, 2}), box({25, -4, -4}, {35, 4, 4})));
  const Segment s = line({-20, 0, 0}, {50, 0, 0});
  for (const double known : {16.0, 20.0, 48.0, 53.0}) {
    const PlaceOnSegment got = deepest_from(tree, s, known);
    CHECK(got.nearest.signed_mm == Approx(-4).margin(tolerance_mm));
    CHECK(got.at_mm > 48);
    CHECK(got.at_mm < 52);
  }
}

TEST_CASE("a thin wall far from the known place is not stepped over") {
  const SurfaceTree tree =
      build_tree(together(box({-1, -1, -1}, {1, 1, 1}), box({60, -20, -20}, {63, 20, 20})));
  const PlaceOnSegment got = deepest_from(tree, line({0.9, 0, 0}, {100, 0, 0}), 0);
  CHECK(got.nearest.signed_mm == Approx(-1.5).margin(tolerance_mm));
  CHECK(got.at_mm == Approx(60.6).margin(tolerance_mm));
}

TEST_CASE("when no place is deeper the known one is given back") {
  const SurfaceTree tree = build_tree(box({-10, -8, -6}, {10, 8, 6}));
  const Segment s = line({0, 0, 20}, {0, 0, -20});
  const PlaceOnSegment known = place_at(tree, s, 20);
  const PlaceOnSegment got = deepest_place(tree, s, known);
  CHECK(got.at_mm == known.at_mm);
  CHECK(got.nearest.signed_mm == known.nearest.signed_mm);
  CHECK(got.nearest.closest == known.nearest.closest);
}

TEST_CASE("an axis that runs in a face of the surface is in it no deeper than nothing") {
  const SurfaceTree tree = build_tree(box({-10, -8, -6}, {10, 8, 6}));
  const PlaceOnSegment got = deepest_from(tree, line({-30, 0, 6}, {30, 0, 6}), 30);
  CHECK(got.nearest.signed_mm == Approx(0).margin(tolerance_mm));
}

TEST_CASE("no sampled place of an axis through a lobulated tumour is deeper than the answer") {
  const SurfaceTree tree = build_tree(lobulated(3));
  std::mt19937_64 rng(12);
  int entering = 0;
  for (int n = 0; n < 60; ++n) {
    const Segment s = line(random_in(rng, tree.origin_mm, 25), random_in(rng, tree.origin_mm, 25));
    double lowest = 1e9;
    double at = 0;
    constexpr int samples = 400;
    for (int i = 0; i <= samples; ++i) {
      const double here = s.length_mm * i / samples;
      const double d = nearest_point(tree, s.at(here), 0).signed_mm;
      if (d < lowest) {
        lowest = d;
        at = here;
      }
    }
    if (lowest >= 0) continue;
    ++entering;
    const PlaceOnSegment got = deepest_from(tree, s, at);
    CHECK(got.nearest.signed_mm <= lowest);
    // Depth changes by no more than the way along the axis.
    CHECK(got.nearest.signed_mm >= lowest - s.length_mm / samples / 2 - tolerance_mm);
    CHECK(nearest_point(tree, s.at(got.at_mm), 0).signed_mm ==
          Approx(got.nearest.signed_mm).margin(tolerance_mm));
  }
  CHECK(entering > 20);
}
