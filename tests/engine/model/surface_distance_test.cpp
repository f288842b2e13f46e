#include "engine/model/surface_distance.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/distance_oracle.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

constexpr double tolerance_mm = 2e-6;  // issue 2: error against the oracle

SurfaceDistance built(const TriangleMesh& mesh) {
  auto surface = SurfaceDistance::build(mesh);
  if (!surface) FAIL(surface.error().detail);
  return std::move(surface).value();
}

// The distance alone could be right by accident: the closest point must lie on the triangle named,
// and as far away as said.
void check_answer(const TriangleMesh& mesh, const Vector3d& p, const SurfacePoint& got) {
  const double expected = signed_distance(mesh, p);
  INFO("at " << p.transpose() << ": expected " << expected << ", got " << got.signed_mm);
  REQUIRE(std::abs(got.signed_mm - expected) <= tolerance_mm);
  if (std::abs(expected) > 1e-9) REQUIRE((got.signed_mm < 0.0) == (expected < 0.0));
  REQUIRE(std::abs((p - got.closest.mm).norm() - std::abs(got.signed_mm)) <= 1e-9);
  const Corners k = corners_of(mesh, got.triangle);
  REQUIRE(triangle_distance(got.closest.mm.cast<Real>(), k.a, k.b, k.c) <= 1e-9);
  REQUIRE(got.normal.mm.norm() == Approx(1.0).margin(1e-12));
}

void check_points(const TriangleMesh& mesh, const std::vector<Vector3d>& points) {
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  for (const Vector3d& p : points) check_answer(mesh, p, surface.from_point({p}, hint));
}

std::vector<Vector3d> random_points(const Vector3d& center, double reach_mm, int n,
                                    std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::vector<Vector3d> points;
  for (int i = 0; i < n; ++i) points.push_back(random_in(rng, center, reach_mm));
  return points;
}

// Places on triangles, moved along a random direction by up to `reach_mm`.
std::vector<Vector3d> points_near(const TriangleMesh& mesh, double reach_mm, int n,
                                  std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::uniform_real_distribution<double> u(0.0, 1.0);
  std::vector<Vector3d> points;
  for (int i = 0; i < n; ++i) {
    const auto& t = mesh.triangles[rng() % mesh.triangles.size()];
    const double a = u(rng);
    const double b = u(rng) * (1.0 - a);
    const Vector3d on = a * mesh.vertices_mm[t[0]] + b * mesh.vertices_mm[t[1]] +
                        (1.0 - a - b) * mesh.vertices_mm[t[2]];
    points.push_back(on + reach_mm * u(rng) * random_direction(rng));
  }
  return points;
}

const Vector3d tumour_center(12.5, -40.25, 318.0);

}  // namespace

TEST_CASE("random points around and inside a lobulated tumour have the oracle's distance") {
  check_points(lobulated(4), random_points(tumour_center, 40.0, 600, 1));
  check_points(lobulated(4), random_points(tumour_center, 8.0, 300, 2));
}

TEST_CASE("points near the surface have the oracle's distance and sign") {
  const TriangleMesh mesh = lobulated(4);
  for (const double reach_mm : {5.0, 0.1, 1e-3, 1e-6}) {
    INFO("within " << reach_mm << " mm");
    check_points(mesh, points_near(mesh, reach_mm, 200, 3));
  }
}

TEST_CASE("a point on a vertex, an edge or a face is at distance zero, never below") {
  const TriangleMesh mesh = octahedron(8.0);
  const SurfaceDistance surface = built(mesh);
  for (const auto& t : mesh.triangles) {
    const Vector3d& a = mesh.vertices_mm[t[0]];
    const Vector3d& b = mesh.vertices_mm[t[1]];
    const Vector3d& c = mesh.vertices_mm[t[2]];
    SurfaceDistance::Hint hint;
    const SurfacePoint vertex = surface.from_point({a}, hint);
    CHECK(vertex.signed_mm == 0.0);
    CHECK_FALSE(std::signbit(vertex.signed_mm));
    CHECK(vertex.feature == Feature::vertex);
    CHECK(vertex.closest.mm == a);
    CHECK((vertex.normal.mm - a.normalized()).norm() < 1e-12);
    const SurfacePoint edge = surface.from_point({0.5 * (a + b)}, hint);
    CHECK(edge.signed_mm == 0.0);
    CHECK(edge.feature == Feature::edge);
    CHECK((edge.normal.mm - (a + b).normalized()).norm() < 1e-12);
    const SurfacePoint face = surface.from_point({(a + b + c) / 3.0}, hint);
    CHECK(std::abs(face.signed_mm) < 1e-15);
    CHECK((face.normal.mm - (a + b + c).normalized()).norm() < 1e-12);
  }
}

TEST_CASE("straight out of a vertex, an edge, a face the feature and its normal are named") {
  const TriangleMesh mesh = box({-10, -8, -6}, {10, 8, 6});
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  const SurfacePoint corner = surface.from_point({{11, 9, 7}}, hint);
  CHECK(corner.feature == Feature::vertex);
  CHECK(corner.signed_mm == Approx(std::sqrt(3.0)).margin(1e-12));
  CHECK((corner.normal.mm - Vector3d(1, 1, 1).normalized()).norm() < 1e-12);  // angle-weighted
  const SurfacePoint edge = surface.from_point({{12, 10, 3.5}}, hint);
  CHECK(edge.feature == Feature::edge);
  CHECK((edge.normal.mm - Vector3d(1, 1, 0).normalized()).norm() < 1e-12);
  const SurfacePoint inside = surface.from_point({{2, 1, 5}}, hint);
  CHECK(inside.feature == Feature::face);
  CHECK(inside.signed_mm == Approx(-1.0).margin(1e-12));
  CHECK((inside.closest.mm - Vector3d(2, 1, 6)).norm() < 1e-12);
  CHECK((inside.normal.mm - Vector3d(0, 0, 1)).norm() < 1e-12);
}

TEST_CASE("points beside vertices and edges of a creased surface have the right sign") {
  const TriangleMesh mesh = lobulated(3);
  std::mt19937_64 rng(4);
  std::vector<Vector3d> points;
  for (const auto& t : mesh.triangles) {
    const Vector3d& a = mesh.vertices_mm[t[0]];
    points.push_back(a + 0.2 * random_direction(rng));
    points.push_back(0.5 * (a + mesh.vertices_mm[t[1]]) + 0.05 * random_direction(rng));
    points.push_back(a);
  }
  check_points(mesh, points);
}

TEST_CASE("a spike so sharp that every face normal alone would err keeps the right sign") {
  TriangleMesh spike;
  spike.vertices_mm = {{0, 0, 40}, {0.2, 0, 0}, {-0.1, 0.17, 0}, {-0.1, -0.17, 0}};
  spike.triangles = {{0, 1, 2}, {0, 2, 3}, {0, 3, 1}, {1, 3, 2}};
  check_points(spike, random_points({0, 0, 41}, 2.0, 400, 5));
  check_points(spike, random_points({0, 0, 20}, 0.3, 400, 6));
}

TEST_CASE("within a cavity the distance is positive, in the wall negative") {
  const TriangleMesh mesh = together(sphere(10, 3), inverted(moved(sphere(5, 3), {1, 0, 0})));
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  CHECK(surface.from_point({{1, 0, 0}}, hint).signed_mm > 4.0);
  CHECK(surface.from_point({{-7, 0, 0}}, hint).signed_mm < -1.0);
  CHECK(surface.from_point({{-15, 0, 0}}, hint).signed_mm > 4.0);
  check_points(mesh, random_points({0, 0, 0}, 12.0, 400, 7));
}

TEST_CASE("slivers and triangles without area change neither distance nor sign") {
  for (const double gap_mm : {0.0, 1e-14, 1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2}) {
    INFO("gap " << gap_mm);
    const TriangleMesh mesh = box_with_slivers(gap_mm);
    check_points(mesh, random_points({0, 0, 0}, 15.0, 200, 8));
    std::mt19937_64 rng(9);
    std::vector<Vector3d> points;
    for (int i = 0; i < 300; ++i) {
      const double x = -10.0 + 20.0 * i / 299.0;
      points.push_back(Vector3d(x, -8, 6) + std::pow(10.0, -6 + i % 7) * random_direction(rng));
    }
    check_points(mesh, points);
  }
}

TEST_CASE("far away the distance is still the oracle's") {
  const TriangleMesh mesh = lobulated(3);
  check_points(mesh, random_points(tumour_center, 2e3, 60, 10));
  const SurfaceDistance surface = built(mesh);
  for (const double far_mm : {1e5, 1e7, 1e10, 1e20}) {
    SurfaceDistance::Hint hint;
    const Vector3d p = tumour_center + far_mm * Vector3d(0.6, 0.0, 0.8);
    const double got = surface.from_point({p}, hint).signed_mm;
    CHECK(got == Approx(signed_distance(mesh, p)).epsilon(1e-13));
  }
}

TEST_CASE("the hint never changes the answer") {
  const TriangleMesh mesh = lobulated(4);
  const SurfaceDistance surface = built(mesh);
  std::mt19937_64 rng(11);
  for (int i = 0; i < 300; ++i) {
    const Vector3d p = random_in(rng, tumour_center, 25.0);
    SurfaceDistance::Hint none;
    const SurfacePoint expected = surface.from_point({p}, none);
    for (int k = 0; k < 20; ++k) {
      SurfaceDistance::Hint hint{static_cast<std::uint32_t>(rng())};
      if (k % 2 == 0) hint.triangle %= static_cast<std::uint32_t>(mesh.triangles.size());
      const SurfacePoint got = surface.from_point({p}, hint);
      REQUIRE(got.signed_mm == expected.signed_mm);
      REQUIRE(got.closest.mm == expected.closest.mm);
      REQUIRE(got.normal.mm == expected.normal.mm);
      REQUIRE(got.triangle == expected.triangle);
      REQUIRE(got.feature == expected.feature);
    }
  }
}

TEST_CASE("of equally near triangles the lowest is named, whatever the order of the mesh") {
  const TriangleMesh mesh = sphere(10.0, 3);
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  const Vector3d on_vertex = 1.5 * mesh.vertices_mm[20];
  std::uint32_t lowest = 0;
  while (mesh.triangles[lowest][0] != 20 && mesh.triangles[lowest][1] != 20 &&
         mesh.triangles[lowest][2] != 20) {
    ++lowest;
  }
  CHECK(surface.from_point({on_vertex}, hint).triangle == lowest);
}

TEST_CASE("a mesh without triangles for a second leaf works") {
  check_points(octahedron(5.0), random_points({0, 0, 0}, 10.0, 200, 12));
  TriangleMesh tetrahedron;
  tetrahedron.vertices_mm = {{0, 0, 0}, {10, 0, 0}, {0, 10, 0}, {0, 0, 10}};
  tetrahedron.triangles = {{0, 2, 1}, {0, 1, 3}, {0, 3, 2}, {1, 2, 3}};
  check_points(tetrahedron, random_points({3, 3, 3}, 10.0, 200, 13));
}

TEST_CASE("H23: a surface that has no sign cannot be asked for distances") {
  TriangleMesh open = lobulated(3);
  open.triangles.pop_back();
  REQUIRE_FALSE(SurfaceDistance::build(open));
  CHECK(SurfaceDistance::build(open).error().code == Code::malformed);
  CHECK_FALSE(SurfaceDistance::build(inverted(lobulated(3))));
}
