// The vectorised descent of surface_search.hpp: run().
#include <catch2/catch.hpp>

#include "engine/model/surface_search.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

// Every triangle, without rejecting any.
template <class Search, class Where>
Search brute_force(const SurfaceTree& tree, const Where& where) {
  Search search(tree, where);
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) search.finish(slot);
  return search;
}

template <class Search, class Where>
void check_same(const SurfaceTree& tree, const Where& where, std::uint32_t first_slot) {
  const auto expected = brute_force<Search>(tree, where);
  Search got(tree, where);
  got.finish(first_slot);
  run(got);
  REQUIRE(got.best.squared_mm2 == expected.best.squared_mm2);  // the same bits
  REQUIRE(tree.records[got.slot].triangle == tree.records[expected.slot].triangle);
}

void check_points(const TriangleMesh& mesh, int count, double reach_mm) {
  const SurfaceTree tree = build_tree(mesh);
  std::mt19937_64 rng(8);
  for (int n = 0; n < count; ++n) {
    const Vector3d p = random_in(rng, tree.origin_mm, reach_mm);
    check_same<PointSearch>(tree, p, static_cast<std::uint32_t>(rng() % tree.slots()));
  }
}

}  // namespace

TEST_CASE("no triangle that is nearest is ever rejected, near, inside and far") {
  check_points(lobulated(4), 300, 20);
  check_points(lobulated(4), 100, 300);
  check_points(sphere(20, 3), 200, 3);  // near the centre all triangles are almost equally far
}

TEST_CASE("slivers, and triangles without area, are not lost in the rounding of float") {
  check_points(box_with_slivers(0), 300, 15);
  check_points(box_with_slivers(1e-9), 300, 15);
  check_points(moved(box_with_slivers(1e-4), {300, -200, 900}), 300, 15);
}

TEST_CASE("trees of one leaf, of a leaf and one triangle, and of full levels are searched whole") {
  check_points(octahedron(10), 100, 20);
  check_points(box({-10, -8, -6}, {10, 8, 6}), 100, 20);  // 12 triangles
  check_points(subdivided(octahedron(10), 1), 100, 20);   // 32
  check_points(subdivided(octahedron(10), 3), 50, 20);    // 512 = 8 x 8 x 8
}

TEST_CASE("a place on the surface itself is found: corner, middle of an edge, face") {
  const TriangleMesh mesh = lobulated(3);
  const SurfaceTree tree = build_tree(mesh);
  for (std::size_t t = 0; t < mesh.triangles.size(); t += 7) {
    const auto at = [&](std::size_t k) { return mesh.vertices_mm[mesh.triangles[t][k]]; };
    check_same<PointSearch>(tree, at(0), 0);
    check_same<PointSearch>(tree, Vector3d(0.5 * (at(0) + at(1))), 0);
    check_same<PointSearch>(tree, Vector3d((at(0) + at(1) + at(2)) / 3), 0);
  }
}

TEST_CASE("of segments, short, long, of no length and crossing, none is cut short either") {
  const SurfaceTree tree = build_tree(lobulated(3));
  std::mt19937_64 rng(9);
  for (int n = 0; n < 200; ++n) {
    const Vector3d from = random_in(rng, tree.origin_mm, 40);
    const double length = n % 5 == 0 ? 0 : 0.5 * n;
    const Segment s{from, length > 0 ? random_direction(rng) : Vector3d(Vector3d::Zero()), length};
    SegmentSearch got(tree, s);
    got.finish(static_cast<std::uint32_t>(rng() % tree.slots()));
    run(got);
    const auto expected = brute_force<SegmentSearch>(tree, s);
    REQUIRE(got.best.squared_mm2 == expected.best.squared_mm2);
    REQUIRE(tree.records[got.slot].triangle == tree.records[expected.slot].triangle);
  }
}
