// Distance queries run between a tracker's last byte and the hand-over: they must not allocate.
#include <catch2/catch.hpp>

#include "engine/model/surface_distance.hpp"
#include "tests/allocation_counter.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::test;

TEST_CASE("distance queries do not allocate") {
  const TriangleMesh mesh = lobulated(4);
  auto surface = SurfaceDistance::build(mesh);
  REQUIRE(surface);
  REQUIRE(allocations() > 0);  // the counter works
  std::mt19937_64 rng(41);
  SurfaceDistance::Hint point_hint;
  SurfaceDistance::Hint shaft_hint;
  int entering = 0;
  int inside = 0;
  const long before = allocations();
  for (int i = 0; i < 2000; ++i) {
    const Vector3d p = random_in(rng, Vector3d(12.5, -40.25, 318.0), 25.0);
    if (surface.value().from_point({p}, point_hint).signed_mm < 0.0) ++inside;
    const Shaft s{{p}, {random_direction(rng)}, 200.0, 1.0};
    if (surface.value().from_shaft(s, shaft_hint).clearance_mm < -1.0) ++entering;
  }
  CHECK(allocations() == before);
  CHECK(inside > 100);
  CHECK(entering > 100);  // the search for the deepest place was exercised
}

TEST_CASE("distance queries on a surface with degenerate triangles do not allocate") {
  auto surface = SurfaceDistance::build(box_with_slivers(0.0));
  REQUIRE(surface);
  SurfaceDistance::Hint hint;
  std::mt19937_64 rng(42);
  int inside = 0;
  const long before = allocations();
  for (int i = 0; i < 200; ++i) {
    const Vector3d p = random_in(rng, Vector3d(0, -8, 6), 3.0);
    if (surface.value().from_point({p}, hint).signed_mm < 0.0) ++inside;
  }
  CHECK(allocations() == before);
  CHECK(inside > 10);
}
