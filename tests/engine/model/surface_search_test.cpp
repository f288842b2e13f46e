#include "engine/model/surface_search.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

std::uint32_t slot_of(const SurfaceTree& tree, std::uint32_t triangle) {
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    if (tree.records[slot].triangle == triangle) return slot;
  }
  FAIL("no such triangle");
  return 0;
}

Segment along_x(const Vector3d& from, double length_mm) {
  return {from, Vector3d::UnitX(), length_mm};
}

}  // namespace

TEST_CASE("a search keeps the nearest of the triangles it has finished, in any order") {
  const SurfaceTree tree = build_tree(octahedron(10));
  const Vector3d p(4, 5, 6);  // nearest to triangle 0, farthest from 6
  for (const bool forward : {true, false}) {
    PointSearch search(tree, p);
    for (std::uint32_t i = 0; i < 8; ++i) search.finish(slot_of(tree, forward ? i : 7 - i));
    CHECK(tree.records[search.slot].triangle == 0);
    CHECK(std::sqrt(search.best.squared_mm2) == Approx(5 / std::sqrt(3.0)));  // plane x+y+z = 10
  }
}

TEST_CASE("of triangles at the same distance the one of the lowest index is taken") {
  const SurfaceTree tree = build_tree(octahedron(10));
  const Vector3d above(0, 0, 13);  // its nearest point is the corner of triangles 0, 1, 2, 3
  for (const std::uint32_t first : {0U, 1U, 2U, 3U}) {
    PointSearch search(tree, above);
    search.finish(slot_of(tree, first));
    for (const std::uint32_t t : {3U, 1U, 0U, 2U}) search.finish(slot_of(tree, t));
    CHECK(search.best.squared_mm2 == 9);
    CHECK(tree.records[search.slot].triangle == 0);
    SegmentSearch segment(tree, along_x(above, 0));
    segment.finish(slot_of(tree, first));
    for (const std::uint32_t t : {3U, 1U, 0U, 2U}) segment.finish(slot_of(tree, t));
    CHECK(tree.records[segment.slot].triangle == 0);
  }
}

TEST_CASE("what is rejected is surely farther than what was found: the margin covers the float") {
  const SurfaceTree tree = build_tree(lobulated(3));
  std::mt19937_64 rng(5);
  for (int n = 0; n < 200; ++n) {
    // Every other place lies almost on the surface, where the margin is all there is.
    const std::uint32_t at = static_cast<std::uint32_t>(rng() % tree.slots());
    const Vector3d p = n % 2 == 0 ? random_in(rng, tree.origin_mm, 60)
                                  : random_in(rng, tree.records[at].corner_mm[0], 1e-7);
    PointSearch search(tree, p);
    search.finish(at);
    const double found = std::sqrt(search.best.squared_mm2);
    const double rounding = 6e-8 * ((p - tree.origin_mm).norm() + tree.radius_mm);
    CHECK(std::sqrt(static_cast<double>(search.reject)) > found + rounding);
    CHECK(std::sqrt(static_cast<double>(search.reject)) < found + 2e-3);  // and is of use
  }
}

TEST_CASE("before the first triangle nothing is rejected") {
  const SurfaceTree tree = build_tree(octahedron(10));
  CHECK(std::isinf(PointSearch(tree, {1, 2, 3}).reject));
  CHECK(std::isinf(SegmentSearch(tree, along_x({1, 2, 3}, 5)).reject));
  CHECK(PointSearch(tree, {1, 2, 3}).slot == no_slot);
}

TEST_CASE("a search begins with even an infinitely far triangle as its bound") {
  const SurfaceTree tree = build_tree(octahedron(10));
  PointSearch search(tree, Vector3d::Constant(1e200));  // the square is infinite
  search.finish(3);
  CHECK(search.slot == 3);
}

TEST_CASE("a segment's search remembers where on the segment it was nearest") {
  const SurfaceTree tree = build_tree(octahedron(10));
  SegmentSearch search(tree, along_x({-30, 0, 12}, 100));
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) search.finish(slot);
  CHECK(search.best.at_mm == Approx(30));  // above the corner (0, 0, 10)
  CHECK(search.best.squared_mm2 == Approx(4));
}
