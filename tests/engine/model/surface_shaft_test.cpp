// The shaft query of engine/model/surface_distance.hpp: surface_query.cpp and surface_deepest.cpp.
#include <catch2/catch.hpp>

#include "engine/model/surface_distance.hpp"
#include "tests/engine/model/distance_oracle.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

constexpr double tolerance_mm = 2e-6;
const Vector3d tumour_center(12.5, -40.25, 318.0);

SurfaceDistance built(const TriangleMesh& mesh) {
  auto surface = SurfaceDistance::build(mesh);
  if (!surface) FAIL(surface.error().detail);
  return std::move(surface).value();
}

Shaft shaft(const Vector3d& tip, const Vector3d& backward, double length_mm, double radius_mm) {
  return {{tip}, {backward.normalized()}, length_mm, radius_mm};
}

Vector3d place(const Shaft& s, double at_mm) { return s.tip.mm + at_mm * s.backward.mm; }

// Smallest signed distance on the axis by sampling the exact one every `step_mm`; the true minimum
// lies within step / 2 below it, because the distance changes by at most 1 mm per mm.
double sampled_lowest(const SurfaceDistance& surface, const Shaft& s, double step_mm) {
  double lowest = std::numeric_limits<double>::infinity();
  SurfaceDistance::Hint hint;
  const int n = static_cast<int>(std::ceil(s.length_mm / step_mm));
  for (int i = 0; i <= n; ++i) {
    const Vector3d p = place(s, s.length_mm * i / n);
    lowest = std::min(lowest, surface.from_point({p}, hint).signed_mm);
  }
  return lowest;
}

}  // namespace

TEST_CASE("a shaft that stays outside has the oracle's clearance") {
  const TriangleMesh mesh = lobulated(3);
  const SurfaceDistance surface = built(mesh);
  std::mt19937_64 rng(21);
  int outside = 0;
  for (int i = 0; i < 60; ++i) {
    const Vector3d tip = random_in(rng, tumour_center, 35.0);
    const Shaft s = shaft(tip, random_direction(rng), 60.0, 1.5);
    const double expected = segment_distance(mesh, tip, place(s, s.length_mm));
    if (expected < 1e-6 || is_inside(mesh, tip)) continue;
    ++outside;
    SurfaceDistance::Hint hint;
    const ShaftClearance got = surface.from_shaft(s, hint);
    INFO("shaft " << i << ": expected " << expected - 1.5 << ", got " << got.clearance_mm);
    REQUIRE(std::abs(got.clearance_mm - (expected - 1.5)) <= tolerance_mm);
    REQUIRE(got.at_mm >= 0.0);
    REQUIRE(got.at_mm <= s.length_mm);
    // the fields agree with each other
    const double apart = (place(s, got.at_mm) - got.closest.mm).norm();
    REQUIRE(std::abs(apart - 1.5 - got.clearance_mm) <= 1e-9);
  }
  REQUIRE(outside > 20);
}

TEST_CASE("a shaft that enters is as deep as its deepest place") {
  const TriangleMesh mesh = lobulated(4);
  const SurfaceDistance surface = built(mesh);
  std::mt19937_64 rng(22);
  int entering = 0;
  for (int i = 0; i < 120; ++i) {
    const Vector3d through = random_in(rng, tumour_center, 12.0);
    const Vector3d backward = random_direction(rng);
    const Shaft s = shaft(through - 5.0 * backward, backward, 50.0, 2.0);
    const double step_mm = 0.01;
    const double sampled = sampled_lowest(surface, s, step_mm);
    if (sampled >= 0.0) continue;
    ++entering;
    SurfaceDistance::Hint hint;
    const ShaftClearance got = surface.from_shaft(s, hint);
    INFO("shaft " << i << ": sampled " << sampled << ", got " << got.clearance_mm + 2.0);
    REQUIRE(got.clearance_mm + 2.0 <= sampled + 1e-6);
    REQUIRE(got.clearance_mm + 2.0 >= sampled - step_mm / 2 - 1e-6);
    // and it is a depth that exists
    const double there = signed_distance(mesh, place(s, got.at_mm));
    REQUIRE(std::abs(there - (got.clearance_mm + 2.0)) <= tolerance_mm);
  }
  REQUIRE(entering > 60);
}

TEST_CASE("known depths: through a box and a sphere") {
  const SurfaceDistance cube = built(subdivided(box({-10, -10, -10}, {10, 10, 10}), 3));
  SurfaceDistance::Hint hint;
  // straight through the middle: 10 deep at the centre
  const ShaftClearance through = cube.from_shaft(shaft({0, 0, -40}, {0, 0, 1}, 100, 0.5), hint);
  CHECK(through.clearance_mm == Approx(-10.5).margin(1e-6));
  // parallel to a face, 3 mm below it: equally deep for 14 mm
  const ShaftClearance along = cube.from_shaft(shaft({7, 0, -40}, {0, 0, 1}, 100, 0.5), hint);
  CHECK(along.clearance_mm == Approx(-3.5).margin(1e-6));
  // the tip only, 2 mm in
  const ShaftClearance tip = cube.from_shaft(shaft({8, 1, 2}, {1, 0, 0}, 100, 0.5), hint);
  CHECK(tip.clearance_mm == Approx(-2.5).margin(1e-6));
  CHECK(tip.at_mm == Approx(0.0).margin(1e-6));
  // the handle's end only, 1 mm in
  const ShaftClearance end = cube.from_shaft(shaft({-59, 1, 2}, {1, 0, 0}, 50, 0.5), hint);
  CHECK(end.clearance_mm == Approx(-1.5).margin(1e-6));
  CHECK(end.at_mm == Approx(50.0).margin(1e-6));
}

TEST_CASE("a shaft wholly inside finds its deepest place") {
  const TriangleMesh mesh = subdivided(box({-20, -10, -10}, {20, 10, 10}), 2);
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  const ShaftClearance got = surface.from_shaft(shaft({-3, 0, -8}, {0, 0, 1}, 16, 1.0), hint);
  CHECK(got.clearance_mm == Approx(-11.0).margin(1e-6));
  CHECK(got.at_mm == Approx(8.0).margin(1e-5));
}

TEST_CASE("tip, handle end and middle all count") {
  const TriangleMesh mesh = box({-1, -1, -1}, {1, 1, 1});
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  const ShaftClearance tip = surface.from_shaft(shaft({4, 0.2, 0.1}, {1, 0, 0}, 100, 1), hint);
  CHECK(tip.clearance_mm == Approx(2.0).margin(1e-9));
  CHECK(tip.at_mm == 0.0);
  const ShaftClearance end = surface.from_shaft(shaft({-54, 0.2, 0}, {1, 0, 0}, 50, 1), hint);
  CHECK(end.clearance_mm == Approx(2.0).margin(1e-9));
  CHECK(end.at_mm == 50.0);
  const ShaftClearance mid = surface.from_shaft(shaft({5, -30, 0.3}, {0, 1, 0}, 80, 1), hint);
  CHECK(mid.clearance_mm == Approx(3.0).margin(1e-9));
}

TEST_CASE("a shaft of no length is a point less the radius") {
  const TriangleMesh mesh = lobulated(3);
  const SurfaceDistance surface = built(mesh);
  std::mt19937_64 rng(23);
  for (int i = 0; i < 200; ++i) {
    const Vector3d tip = random_in(rng, tumour_center, 25.0);
    SurfaceDistance::Hint a;
    SurfaceDistance::Hint b;
    const SurfacePoint point = surface.from_point({tip}, a);
    const ShaftClearance got = surface.from_shaft(shaft(tip, {0, 0, 1}, 0.0, 1.25), b);
    REQUIRE(got.clearance_mm == point.signed_mm - 1.25);
    REQUIRE(got.at_mm == 0.0);
    REQUIRE(got.closest.mm == point.closest.mm);
    REQUIRE(got.triangle == point.triangle);
  }
}

TEST_CASE("an axis that grazes or runs along edges of the surface is at distance zero") {
  const TriangleMesh mesh = box({-10, -10, -10}, {10, 10, 10});
  const SurfaceDistance surface = built(mesh);
  SurfaceDistance::Hint hint;
  const ShaftClearance face = surface.from_shaft(shaft({10, 0, -40}, {0, 0, 1}, 100, 1), hint);
  CHECK(face.clearance_mm == Approx(-1.0).margin(1e-6));
  const ShaftClearance edge = surface.from_shaft(shaft({10, 10, -40}, {0, 0, 1}, 100, 1), hint);
  CHECK(edge.clearance_mm == Approx(-1.0).margin(1e-6));
}

TEST_CASE("the hint never changes the shaft's answer") {
  const TriangleMesh mesh = lobulated(4);
  const SurfaceDistance surface = built(mesh);
  std::mt19937_64 rng(24);
  for (int i = 0; i < 150; ++i) {
    const Shaft s = shaft(random_in(rng, tumour_center, 30.0), random_direction(rng), 200.0, 1.0);
    SurfaceDistance::Hint none;
    const ShaftClearance expected = surface.from_shaft(s, none);
    for (int k = 0; k < 5; ++k) {
      SurfaceDistance::Hint hint{static_cast<std::uint32_t>(rng() % mesh.triangles.size())};
      const ShaftClearance got = surface.from_shaft(s, hint);
      REQUIRE(got.clearance_mm == expected.clearance_mm);
      REQUIRE(got.at_mm == expected.at_mm);
      REQUIRE(got.closest.mm == expected.closest.mm);
      REQUIRE(got.triangle == expected.triangle);
    }
  }
}
