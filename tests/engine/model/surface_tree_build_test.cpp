#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "engine/model/surface_tree.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

Vector3d row(const std::array<std::array<float, width>, 9>& rows, std::size_t k, std::size_t lane) {
  return {rows[3 * k][lane], rows[3 * k + 1][lane], rows[3 * k + 2][lane]};
}

// Whether a box of a node holds a place, with the margin the search allows for float.
bool holds(const SurfaceTree& tree, const Node& n, std::size_t lane, const Vector3d& p) {
  const Vector3d center(n.center[0][lane], n.center[1][lane], n.center[2][lane]);
  const Vector3d rel = p - tree.origin_mm - center;
  for (std::size_t k = 0; k < 3; ++k) {
    const double beyond = std::abs(rel.dot(row(n.axis, k, lane))) - n.half[k][lane];
    if (beyond > float_margin_mm(tree.radius_mm)) return false;
  }
  return true;
}

// Triangles below a child, each checked to lie in every box above it.
void gather(const SurfaceTree& tree, std::uint32_t child,
            std::vector<std::pair<const Node*, std::size_t>>& above,
            std::map<std::uint32_t, int>& seen) {
  if ((child & leaf_bit) != 0) {
    const std::uint32_t leaf = child & ~leaf_bit;
    std::set<std::uint32_t> here;
    for (std::uint32_t slot = width * leaf; slot < width * (leaf + 1); ++slot) {
      const Record& r = tree.records[slot];
      if (!here.insert(r.triangle).second) continue;  // a slot that repeats
      ++seen[r.triangle];
      for (const auto& [node, lane] : above) {
        for (const auto& p : r.corner_mm) CHECK(holds(tree, *node, lane, p));
      }
    }
    return;
  }
  const Node& node = tree.nodes[child];
  for (std::size_t lane = 0; lane < width; ++lane) {
    if (node.child[lane] == no_child) continue;
    above.emplace_back(&node, lane);
    gather(tree, node.child[lane], above, seen);
    above.pop_back();
  }
}

}  // namespace

TEST_CASE("every triangle lies in exactly one leaf, and in every box above it") {
  for (const TriangleMesh& mesh : {octahedron(10), box({-10, -8, -6}, {10, 8, 6}), lobulated(3),
                                   box_with_slivers(0), moved(sphere(15, 2), {500, -900, 300})}) {
    const SurfaceTree tree = build_tree(mesh);
    std::map<std::uint32_t, int> seen;
    std::vector<std::pair<const Node*, std::size_t>> above;
    gather(tree, tree.root, above, seen);
    CHECK(seen.size() == mesh.triangles.size());
    for (const auto& [triangle, times] : seen) CHECK(times == 1);
  }
}

TEST_CASE("eight triangles are one leaf, the ninth makes a node") {
  CHECK((build_tree(octahedron(10)).root & leaf_bit) != 0);
  CHECK(build_tree(octahedron(10)).nodes.empty());
  const SurfaceTree more = build_tree(box({0, 0, 0}, {1, 1, 1}));
  CHECK((more.root & leaf_bit) == 0);
  CHECK(more.leaves.size() == 2);
  CHECK(more.nodes.size() == 1);
}

TEST_CASE("all leaves but the last are full: the tree is no larger than it must be") {
  const TriangleMesh box_beside = moved(box({0, 0, 0}, {3, 4, 5}), {40, 0, 0});
  for (const TriangleMesh& mesh :
       {lobulated(4), together(lobulated(3), box_beside), together(sphere(9, 2), box_beside)}) {
    const SurfaceTree tree = build_tree(mesh);
    CHECK(tree.leaves.size() == (mesh.triangles.size() + width - 1) / width);
    CHECK(tree.records.size() == width * tree.leaves.size());
  }
}

TEST_CASE("records are the mesh's own triangles, in double, with its indices") {
  const TriangleMesh mesh = lobulated(2);
  const SurfaceTree tree = build_tree(mesh);
  for (const Record& r : tree.records) {
    CHECK(r.vertex == mesh.triangles[r.triangle]);
    for (std::size_t k = 0; k < 3; ++k) CHECK(r.corner_mm[k] == mesh.vertices_mm[r.vertex[k]]);
  }
}

TEST_CASE("boxes are boxes: their axes stand upright on each other, to the float") {
  const SurfaceTree tree = build_tree(lobulated(3));
  for (const Node& n : tree.nodes) {
    for (std::size_t lane = 0; lane < width; ++lane) {
      if (n.child[lane] == no_child) continue;
      for (std::size_t k = 0; k < 3; ++k) {
        CHECK(row(n.axis, k, lane).norm() == Approx(1).margin(1e-6));
        CHECK(std::abs(row(n.axis, k, lane).dot(row(n.axis, (k + 1) % 3, lane))) < 1e-6);
      }
    }
  }
}

TEST_CASE("a flat piece of surface has a flat box: its first axis is the plane's normal") {
  const SurfaceTree tree = build_tree(subdivided(octahedron(10), 1));  // four triangles a face
  double thinnest = 1e9;
  for (std::size_t lane = 0; lane < width; ++lane) {
    const Node& root = tree.nodes[tree.root];
    if (root.child[lane] != no_child) thinnest = std::min<double>(thinnest, root.half[0][lane]);
  }
  CHECK(thinnest < 10);  // thinner than the octahedron itself
}

TEST_CASE("origin and radius enclose the vertices that triangles use, no others") {
  TriangleMesh mesh = box({0, 0, 0}, {2, 4, 4});
  mesh.vertices_mm.emplace_back(1000, 0, 0);  // of no triangle
  const SurfaceTree tree = build_tree(mesh);
  CHECK((tree.origin_mm - Vector3d(1, 2, 2)).norm() < 1e-12);
  CHECK(tree.radius_mm == Approx(3));
}

TEST_CASE("triangles too thin for float are marked, and only those") {
  const TriangleMesh mesh = box_with_slivers(1e-9);
  const SurfaceTree tree = build_tree(mesh);
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    const Record& r = tree.records[slot];
    const Vector3d e = r.corner_mm[1] - r.corner_mm[0];
    const double twice_area = e.cross(r.corner_mm[2] - r.corner_mm[0]).norm();
    const bool marked = ((tree.leaves[slot / width].always >> (slot % width)) & 1U) != 0;
    const bool repeats =
        slot % width != 0 && r.triangle == tree.records[slot - slot % width].triangle;
    if (!repeats) CHECK(marked == (twice_area < 1e-3));  // the others have 20 mm^2 and more
  }
}
