#include "engine/model/mesh_check.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const TriangleMesh& mesh) {
  const Status s = check_mesh(mesh);
  REQUIRE_FALSE(s);
  REQUIRE(s.error().code == Code::malformed);
  return s.error().detail;
}

}  // namespace

TEST_CASE("closed, manifold, outward surfaces are accepted") {
  CHECK(check_mesh(octahedron(10)));
  CHECK(check_mesh(box({-1, -2, -3}, {4, 5, 6})));
  CHECK(check_mesh(lobulated(4)));
  CHECK(check_mesh(together(sphere(5, 2), moved(sphere(5, 2), {30, 0, 0}))));
}

TEST_CASE("H23: an inverted mesh is refused") {
  CHECK_THAT(refusal(inverted(lobulated(3))), Contains("1 of 1 parts wound inside out"));
  CHECK_THAT(refusal(inverted(octahedron(10))), Contains("first at (10.000, 0.000, 0.000) mm"));
}

TEST_CASE("H23: an open mesh is refused with count and place") {
  TriangleMesh m = octahedron(10);
  m.triangles.pop_back();  // {0, 3, 5}
  CHECK_THAT(refusal(m), Contains("3 of 12 edges open"));
  CHECK_THAT(refusal(m), Contains("first at (5.000, -5.000, 0.000) mm"));
}

TEST_CASE("H23: an edge of three triangles is refused") {
  TriangleMesh m = octahedron(10);
  m.vertices_mm.emplace_back(20, 20, 0);
  m.triangles.push_back({0, 2, 6});
  CHECK_THAT(refusal(m), Contains("1 of 14 edges shared by more than two triangles"));
  CHECK_THAT(refusal(m), Contains("first at (5.000, 5.000, 0.000) mm"));
}

TEST_CASE("H23: a duplicated triangle is refused") {
  TriangleMesh m = sphere(10, 2);
  m.triangles.push_back(m.triangles[7]);
  CHECK_THAT(refusal(m), Contains("3 of 192 edges shared by more than two triangles"));
}

TEST_CASE("H23: two parts that touch in one vertex (bow tie) are refused") {
  TriangleMesh m = together(octahedron(10), moved(octahedron(10), {20, 0, 0}));
  for (auto& t : m.triangles) {
    for (auto& v : t) {
      if (v == 7) v = 0;  // -x corner of the second = +x corner of the first
    }
  }
  CHECK_THAT(refusal(m), Contains("1 of 12 vertices where two fans"));
  CHECK_THAT(refusal(m), Contains("first at (10.000, 0.000, 0.000) mm"));
}

TEST_CASE("H23: one flipped triangle is refused") {
  TriangleMesh m = sphere(10, 2);
  std::swap(m.triangles[11][0], m.triangles[11][1]);
  CHECK_THAT(refusal(m), Contains("3 of 192 edges between triangles wound against each other"));
}

TEST_CASE("H23: one inverted part among sound ones is refused and named") {
  const TriangleMesh m = together(sphere(5, 2), inverted(moved(octahedron(4), {30, 0, 0})));
  CHECK_THAT(refusal(m), Contains("1 of 2 parts wound inside out"));
  CHECK_THAT(refusal(m), Contains("first at (34.000, 0.000, 0.000) mm"));
}

TEST_CASE("a cavity is wound inward, a core inside the cavity outward again") {
  const TriangleMesh shell = together(sphere(10, 3), inverted(sphere(6, 3)));
  CHECK(check_mesh(shell));
  CHECK(check_mesh(together(shell, sphere(2, 2))));
  CHECK_THAT(refusal(together(sphere(10, 3), sphere(6, 3))), Contains("1 of 2 parts"));
  CHECK_THAT(refusal(together(shell, inverted(sphere(2, 2)))), Contains("1 of 3 parts"));
}

TEST_CASE("a surface folded flat encloses nothing and is refused") {
  TriangleMesh m;
  m.vertices_mm = {{0, 0, 0}, {10, 0, 0}, {0, 10, 0}};
  m.triangles = {{0, 1, 2}, {0, 2, 1}};
  CHECK_THAT(refusal(m), Contains("enclose no volume"));
}

TEST_CASE("triangles without area are accepted where the surface is sound around them") {
  CHECK(check_mesh(box_with_slivers(0.0)));
  CHECK(check_mesh(box_with_slivers(1e-9)));
}

TEST_CASE("a mesh that names vertices it does not have is refused") {
  TriangleMesh m = octahedron(10);
  m.triangles[3][1] = 6;
  CHECK_THAT(refusal(m), Contains("triangle 3 that names vertex 6 of 6"));
}

TEST_CASE("a triangle that names a vertex twice is refused") {
  TriangleMesh m = octahedron(10);
  m.triangles.push_back({2, 2, 4});
  CHECK_THAT(refusal(m), Contains("triangle 8 that names a vertex twice"));
}

TEST_CASE("a coordinate that is not a number, or absurd, is refused") {
  TriangleMesh m = octahedron(10);
  m.vertices_mm[4].y() = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(refusal(m), Contains("vertex 4 not a number"));
  m.vertices_mm[4].y() = 1e30;
  CHECK_THAT(refusal(m), Contains("vertex 4 not a number within 1e6 mm"));
}

TEST_CASE("an empty mesh is refused") { CHECK_THAT(refusal({}), Contains("no triangle")); }
