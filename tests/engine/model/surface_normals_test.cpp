#include <catch2/catch.hpp>
#include <set>

#include "engine/model/surface_tree.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

std::set<std::uint32_t> corners_of(const SurfaceTree& tree, std::uint32_t slot) {
  const auto& v = tree.records[slot].vertex;
  return {v.begin(), v.end()};
}

}  // namespace

TEST_CASE("the normals of a box's corners are its diagonals, however its faces were cut in two") {
  const TriangleMesh mesh = box({-1, -1, -1}, {1, 1, 1});
  const SurfaceTree tree = build_tree(mesh);
  for (std::size_t v = 0; v < 8; ++v) {
    // A corner may have one or two triangles of a face: weights by angle make them equal.
    CHECK((tree.vertex_normals[v] - mesh.vertices_mm[v].normalized()).norm() < 1e-12);
  }
  CHECK_FALSE(tree.any_doubtful);
}

TEST_CASE("a vertex in the middle of a plane has the plane's normal") {
  const TriangleMesh mesh = subdivided(octahedron(10), 2);
  const SurfaceTree tree = build_tree(mesh);
  int checked = 0;
  for (std::size_t v = 0; v < mesh.vertices_mm.size(); ++v) {
    const Vector3d& p = mesh.vertices_mm[v];
    if (p.cwiseAbs().minCoeff() < 0.1) continue;  // on an edge of the octahedron
    const Vector3d plane = p.cwiseSign() / std::sqrt(3.0);
    CHECK((tree.vertex_normals[v] - plane).norm() < 1e-12);
    ++checked;
  }
  CHECK(checked > 20);
}

TEST_CASE("every face has its own unit normal, outward") {
  const TriangleMesh mesh = sphere(10, 3);
  const SurfaceTree tree = build_tree(mesh);
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    const Record& r = tree.records[slot];
    const Vector3d n = tree.face_normals[slot];
    CHECK(n.norm() == Approx(1));
    CHECK(std::abs(n.dot(r.corner_mm[1] - r.corner_mm[0])) < 1e-12);
    CHECK(std::abs(n.dot(r.corner_mm[2] - r.corner_mm[0])) < 1e-12);
    CHECK(n.dot(r.corner_mm[0]) > 9);
  }
}

TEST_CASE("across each edge lies the triangle that shares its two corners, and back") {
  const SurfaceTree tree = build_tree(lobulated(2));
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint32_t other = tree.neighbours[slot][k];
      const auto theirs = corners_of(tree, other);
      CHECK(tree.records[other].triangle != tree.records[slot].triangle);
      CHECK(theirs.contains(tree.records[slot].vertex[k]));
      CHECK(theirs.contains(tree.records[slot].vertex[(k + 1) % 3]));
      const auto& back = tree.neighbours[other];
      CHECK(std::count_if(back.begin(), back.end(), [&](std::uint32_t s) {
              return tree.records[s].triangle == tree.records[slot].triangle;
            }) == 1);
    }
  }
}

TEST_CASE("a triangle without area has no normal, and its corners alone are in doubt") {
  const TriangleMesh mesh = box_with_slivers(0);
  const SurfaceTree tree = build_tree(mesh);
  CHECK(tree.any_doubtful);
  std::set<std::uint32_t> touched;
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    if (!tree.face_normals[slot].isZero(0)) continue;
    for (const std::uint32_t v : tree.records[slot].vertex) touched.insert(v);
  }
  CHECK_FALSE(touched.empty());
  for (std::uint32_t v = 0; v < mesh.vertices_mm.size(); ++v) {
    CHECK((tree.doubtful[v] != 0) == touched.contains(v));
  }
}
