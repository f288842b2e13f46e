#include "engine/model/mesh_adjacency.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;

TEST_CASE("each half-edge of a closed mesh lies against the one that runs the other way") {
  for (const TriangleMesh& mesh : {octahedron(10), lobulated(3), box({0, 0, 0}, {1, 2, 3})}) {
    const MeshAdjacency a = find_adjacency(mesh);
    CHECK(a.edges == mesh.triangles.size() * 3 / 2);
    CHECK(a.open == 0);
    CHECK(a.shared_by_more == 0);
    CHECK(a.same_direction == 0);
    CHECK_FALSE(a.first_open);
    REQUIRE(a.opposite.size() == 3 * mesh.triangles.size());
    for (HalfEdge h = 0; h < a.opposite.size(); ++h) {
      const HalfEdge other = a.opposite[h];
      REQUIRE(other < a.opposite.size());
      CHECK(a.opposite[other] == h);
      CHECK(from_corner(mesh, h) == to_corner(mesh, other));
      CHECK(to_corner(mesh, h) == from_corner(mesh, other));
      CHECK(h / 3 != other / 3);
    }
  }
}

TEST_CASE("half-edge 3 t + k runs from corner k to the next of triangle t") {
  const TriangleMesh mesh = octahedron(1);  // triangle 1 is {2, 1, 4}
  CHECK(from_corner(mesh, 3) == 2);
  CHECK(to_corner(mesh, 3) == 1);
  CHECK(from_corner(mesh, 5) == 4);
  CHECK(to_corner(mesh, 5) == 2);
}

TEST_CASE("the edges round a hole are open, and the first of them is named") {
  TriangleMesh mesh = octahedron(10);
  mesh.triangles.erase(mesh.triangles.begin());  // {0, 2, 4}
  const MeshAdjacency a = find_adjacency(mesh);
  CHECK(a.edges == 12);
  CHECK(a.open == 3);
  REQUIRE(a.first_open);
  CHECK(*a.first_open == 2);  // of {2, 1, 4} the one from 4 to 2
  CHECK(a.opposite[2] == no_half_edge);
}

TEST_CASE("a single triangle has three open edges, no triangle none") {
  const MeshAdjacency one = find_adjacency({{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}}, {{0, 1, 2}}});
  CHECK(one.edges == 3);
  CHECK(one.open == 3);
  CHECK(one.first_open == HalfEdge{0});
  const MeshAdjacency none = find_adjacency({{{0, 0, 0}}, {}});
  CHECK(none.edges == 0);
  CHECK(none.opposite.empty());
}

TEST_CASE("three triangles at one edge have no partners there") {
  TriangleMesh mesh = octahedron(10);
  mesh.vertices_mm.emplace_back(20, 20, 0);
  mesh.triangles.push_back({0, 2, 6});
  const MeshAdjacency a = find_adjacency(mesh);
  CHECK(a.shared_by_more == 1);
  CHECK(a.open == 2);
  REQUIRE(a.first_shared_by_more);
  CHECK(*a.first_shared_by_more == 0);  // {0, 2, 4} from 0 to 2
  CHECK(a.opposite[0] == no_half_edge);
}

TEST_CASE("two triangles wound against each other are no partners, and told apart from open ones") {
  TriangleMesh mesh = octahedron(10);
  std::swap(mesh.triangles[3][0], mesh.triangles[3][1]);
  const MeshAdjacency a = find_adjacency(mesh);
  CHECK(a.same_direction == 3);
  CHECK(a.open == 0);
  for (const HalfEdge h : {9U, 10U, 11U}) CHECK(a.opposite[h] == no_half_edge);
}
