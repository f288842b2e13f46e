#include "engine/model/surface_query.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/distance_oracle.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

const Vector3d low(-10, -8, -6);
const Vector3d high(10, 8, 6);

// Signed distance to the box from its formula.
double to_box(const Vector3d& p) {
  const Vector3d beyond = p.cwiseAbs() - high;
  const double outside = beyond.cwiseMax(0).norm();
  return outside > 0 ? outside : beyond.maxCoeff();
}

}  // namespace

TEST_CASE("the signed distance to a box is the one of its formula, inside and out") {
  const SurfaceTree tree = build_tree(box(low, high));
  std::mt19937_64 rng(3);
  for (int n = 0; n < 2000; ++n) {
    const Vector3d p = random_in(rng, {0, 0, 0}, 14);
    const NearestPoint got = nearest_point(tree, p, 0);
    CHECK(got.signed_mm == Approx(to_box(p)).margin(1e-12));
    CHECK((p - got.closest).norm() == Approx(std::abs(got.signed_mm)).margin(1e-12));
  }
}

TEST_CASE("the feature and its normal: face, edge and vertex of a box") {
  const SurfaceTree tree = build_tree(box(low, high));
  const NearestPoint face = nearest_point(tree, {12, 1, 1}, 0);
  CHECK(face.feature == Feature::face);
  CHECK((face.normal - Vector3d(1, 0, 0)).norm() < 1e-12);
  const NearestPoint edge = nearest_point(tree, {12, 9, 1}, 0);
  CHECK(edge.feature == Feature::edge);
  CHECK((edge.normal - Vector3d(1, 1, 0).normalized()).norm() < 1e-12);
  CHECK(edge.signed_mm == Approx(std::sqrt(5.0)));
  const NearestPoint vertex = nearest_point(tree, {-12, 9, -7}, 0);
  CHECK(vertex.feature == Feature::vertex);
  CHECK((vertex.normal - Vector3d(-1, 1, -1).normalized()).norm() < 1e-12);
  const NearestPoint inside = nearest_point(tree, {9, 0, 1}, 0);
  CHECK(inside.signed_mm == Approx(-1));
  CHECK((inside.normal - Vector3d(1, 0, 0)).norm() < 1e-12);  // outward also from inside
}

TEST_CASE("on the surface the distance is zero and the normal is there") {
  const SurfaceTree tree = build_tree(box(low, high));
  const NearestPoint on = nearest_point(tree, {1, 8, 1}, 0);
  CHECK(std::abs(on.signed_mm) < 1e-12);
  CHECK((on.normal - Vector3d(0, 1, 0)).norm() < 1e-12);
}

TEST_CASE("the answer does not depend on the slot the search begins with, even a wrong one") {
  const SurfaceTree tree = build_tree(lobulated(2));
  std::mt19937_64 rng(4);
  for (int n = 0; n < 50; ++n) {
    const Vector3d p = random_in(rng, tree.origin_mm, 25);
    const NearestPoint first = nearest_point(tree, p, 0);
    for (const std::uint32_t slot :
         {tree.slots() / 2, tree.slots() - 1, tree.slots(), 0xFFFFFFFFU}) {
      const NearestPoint other = nearest_point(tree, p, slot);
      CHECK(other.signed_mm == first.signed_mm);
      CHECK(other.closest == first.closest);
      CHECK(tree.records[other.slot].triangle == tree.records[first.slot].triangle);
    }
  }
}

TEST_CASE("the sign beside a crease is the winding number's, not that of one face") {
  const TriangleMesh mesh = lobulated(3);
  const SurfaceTree tree = build_tree(mesh);
  std::mt19937_64 rng(6);
  for (std::size_t t = 0; t < mesh.triangles.size(); t += 3) {
    const Vector3d corner = mesh.vertices_mm[mesh.triangles[t][t % 3]];
    const Vector3d p = corner + random_in(rng, {0, 0, 0}, 0.2);
    CHECK(nearest_point(tree, p, 0).signed_mm == Approx(signed_distance(mesh, p)).margin(1e-9));
  }
}

TEST_CASE("next to triangles without area the sign is still right") {
  const SurfaceTree tree = build_tree(box_with_slivers(0));
  REQUIRE(tree.any_doubtful);
  for (double x = -9.5; x < 10; x += 0.5) {
    for (const double dz : {-0.5, -1e-6, 1e-6, 0.5}) {
      const Vector3d p(x, -8 + 1e-7, 6 + dz);  // along the edge that was cut into slivers
      const NearestPoint got = nearest_point(tree, p, 0);
      CHECK(got.signed_mm == Approx(to_box(p)).margin(1e-9));
      CHECK(got.normal.norm() == Approx(1).margin(1e-9));
    }
  }
}

TEST_CASE("a segment outside is as far as its nearest place, one that enters as deep as it goes") {
  const SurfaceTree tree = build_tree(box(low, high));
  const PlaceOnSegment beside = lowest_place(tree, {{-30, 0, 9}, Vector3d::UnitX(), 60}, 0);
  CHECK(beside.nearest.signed_mm == Approx(3));
  CHECK(beside.at_mm >= 20);
  CHECK(beside.at_mm <= 40);
  const PlaceOnSegment into = lowest_place(tree, {{0, 0, 20}, -Vector3d::UnitZ(), 16}, 0);
  CHECK(into.nearest.signed_mm == Approx(-2));  // its end is at z = 4
  CHECK(into.at_mm == Approx(16));
  const PlaceOnSegment short_of = lowest_place(tree, {{0, 0, 20}, -Vector3d::UnitZ(), 11}, 0);
  CHECK(short_of.nearest.signed_mm == Approx(3));
}
