#include "engine/model/mesh_orientation.hpp"

#include <catch2/catch.hpp>
#include <numbers>

#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;
using std::numbers::pi;

namespace {

std::vector<MeshComponent> components_of(const TriangleMesh& mesh) {
  return find_components(mesh, find_adjacency(mesh));
}

double solid_angle_of(const TriangleMesh& mesh, const Vector3d& from) {
  double sum = 0;
  for (const auto& [a, b, c] : mesh.triangles) {
    sum += solid_angle(from, mesh.vertices_mm[a], mesh.vertices_mm[b], mesh.vertices_mm[c]);
  }
  return sum;
}

}  // namespace

TEST_CASE("an octant's triangle fills an eighth of the view, seen from inside positive") {
  const Vector3d x(5, 0, 0);
  const Vector3d y(0, 7, 0);
  const Vector3d z(0, 0, 9);
  CHECK(solid_angle({0, 0, 0}, x, y, z) == Approx(4 * pi / 8));
  CHECK(solid_angle({0, 0, 0}, x, z, y) == Approx(-4 * pi / 8));
}

TEST_CASE("a closed surface fills the whole view from inside and nothing from outside") {
  std::mt19937_64 rng(1);
  const TriangleMesh mesh = box({-10, -8, -6}, {10, 8, 6});
  for (int n = 0; n < 200; ++n) {
    const Vector3d p = random_in(rng, {0, 0, 0}, 14);
    const bool inside = std::abs(p.x()) < 10 && std::abs(p.y()) < 8 && std::abs(p.z()) < 6;
    CHECK(solid_angle_of(mesh, p) == Approx(inside ? 4 * pi : 0).margin(1e-9));
  }
}

TEST_CASE("the volume of a box and of an octahedron is the textbook's, wherever they lie") {
  const Vector3d far(900, -1200, 700);
  CHECK(components_of(moved(box({0, 0, 0}, {2, 3, 5}), far))[0].volume_mm3 == Approx(30));
  CHECK(components_of(moved(octahedron(3), far))[0].volume_mm3 == Approx(4.0 / 3 * 27));
  CHECK(components_of(inverted(octahedron(3)))[0].volume_mm3 == Approx(-36));
}

TEST_CASE("parts are counted by their edges, and named by their first triangle") {
  const TriangleMesh three = together(together(octahedron(1), moved(octahedron(1), {5, 0, 0})),
                                      moved(sphere(1, 1), {9, 9, 9}));
  const auto parts = components_of(three);
  REQUIRE(parts.size() == 3);
  CHECK(parts[0].first_triangle == 0);
  CHECK(parts[1].first_triangle == 8);
  CHECK(parts[2].first_triangle == 16);
  for (const auto& part : parts) {
    CHECK(part.inside_of == 0);
    CHECK(part.wound_as_it_should());
  }
}

TEST_CASE("a shell in a shell in a shell: each knows how many lie round it") {
  const TriangleMesh nested =
      together(together(sphere(10, 2), inverted(sphere(6, 2))), sphere(3, 2));
  const auto parts = components_of(nested);
  REQUIRE(parts.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(parts[i].inside_of == i);
    CHECK(parts[i].wound_as_it_should());
  }
  // The middle one wound outward as well: that is no cavity.
  const auto wrong = components_of(together(together(sphere(10, 2), sphere(6, 2)), sphere(3, 2)));
  CHECK(wrong[0].wound_as_it_should());
  CHECK_FALSE(wrong[1].wound_as_it_should());
  CHECK(wrong[2].wound_as_it_should());
}

TEST_CASE("a part in the box of another, but not in it, lies in none") {
  // Two arms of an L enclose an empty corner of its box.
  TriangleMesh l = together(box({0, 0, 0}, {10, 2, 2}), box({0, 4, 0}, {2, 10, 2}));
  const auto parts = components_of(together(l, moved(octahedron(0.5), {8, 8, 1})));
  REQUIRE(parts.size() == 3);
  CHECK(parts[2].inside_of == 0);
  const TriangleMesh ball = sphere(10, 3);
  const auto beside = components_of(together(ball, moved(octahedron(0.5), {8, 8, 8})));
  CHECK(beside[1].inside_of == 0);  // in the ball's box, 13.9 mm from its centre
}

TEST_CASE("a part folded flat encloses nothing, and is wound neither way") {
  const TriangleMesh flat{{{0, 0, 0}, {10, 0, 0}, {0, 10, 3}}, {{0, 1, 2}, {0, 2, 1}}};
  const auto parts = components_of(flat);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].encloses_nothing());
  CHECK_FALSE(parts[0].wound_as_it_should());
}
