#include "engine/navigation/convex_hull.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "engine/model/surface_geometry.hpp"
#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using Eigen::Vector3d;

namespace {

using Points = std::vector<Point<Preop>>;

const Points cube = {{{0, 0, 0}},  {{10, 0, 0}},  {{0, 10, 0}},  {{10, 10, 0}},
                     {{0, 0, 10}}, {{10, 0, 10}}, {{0, 10, 10}}, {{10, 10, 10}}};

double from_cube(const Vector3d& p) { return distance_from_hull_mm(cube, {p}); }

// Brute force: outside, the nearest place is on one of all the triangles between the points; a
// plane through three of them that has all others and not p behind it shows that p is outside.
double oracle(const Points& points, const Vector3d& p) {
  double squared = std::numeric_limits<double>::infinity();
  bool outside = false;
  for (const auto& a : points) {
    for (const auto& b : points) {
      for (const auto& c : points) {
        const Vector3d normal = (b.mm - a.mm).cross(c.mm - a.mm);
        if (normal.norm() == 0) continue;
        squared = std::min(squared, surface::nearest_on_triangle(p, a.mm, b.mm, c.mm).squared_mm2);
        double highest = 0;
        for (const auto& q : points) highest = std::max(highest, normal.dot(q.mm - a.mm));
        outside = outside || (highest <= 1e-9 * normal.norm() && normal.dot(p - a.mm) > 0);
      }
    }
  }
  return outside ? std::sqrt(squared) : 0.0;
}

}  // namespace

TEST_CASE("a point inside the hull, on it or among its corners is at distance zero") {
  CHECK(from_cube({5, 5, 5}) == 0);
  CHECK(from_cube({0.001, 9.999, 5}) < 1e-5);
  for (const Vector3d& on : {Vector3d(5, 5, 0), Vector3d(10, 5, 10), Vector3d(10, 10, 10)}) {
    CHECK(from_cube(on) < 1e-5);
  }
}

TEST_CASE("outside, the distance is to the nearest face, edge or corner") {
  CHECK(from_cube({5, 5, 17}) == Approx(7));
  CHECK(from_cube({13, 14, 5}) == Approx(5));
  CHECK(from_cube({12, 13, 16}) == Approx(7));
  CHECK(from_cube({-1000, 5, 5}) == Approx(1000));
}

TEST_CASE("the distance from the hull of 3 to 12 random points is that of brute force") {
  simulate::Random random(34);
  int outside = 0;
  for (int i = 0; i < 3000; ++i) {
    const Points points =
        simulate::random_points<Preop>(random, 3 + static_cast<std::size_t>(i % 10), 20);
    const Vector3d p = 18 * simulate::gauss3(random);
    const double truth = oracle(points, p);
    outside += truth > 0 ? 1 : 0;
    CHECK(distance_from_hull_mm(points, {p}) == Approx(truth).margin(1e-5));
  }
  CHECK(outside > 1000);
  CHECK(outside < 2900);
}

TEST_CASE("fiducials in one plane span a flat region: above it the height counts") {
  const Points plane = {{{0, 0, 3}}, {{20, 0, 3}}, {{20, 20, 3}}, {{0, 20, 3}}, {{10, 10, 3}}};
  CHECK(distance_from_hull_mm(plane, {{7, 12, 8}}) == Approx(5));
  CHECK(distance_from_hull_mm(plane, {{7, 12, 3}}) < 1e-5);
  CHECK(distance_from_hull_mm(plane, {{23, 24, 3}}) == Approx(5));
  simulate::Random random(35);
  const auto turned = simulate::random_transform<Preop, Preop>(random, 200);
  Points tilted;
  for (const auto& p : plane) tilted.push_back(turned * p);
  for (int i = 0; i < 2000; ++i) {
    const Vector3d p = Vector3d(10, 10, 3) + 15 * simulate::gauss3(random);
    const Vector3d flat(std::clamp(p.x(), 0.0, 20.0), std::clamp(p.y(), 0.0, 20.0), 3);
    CHECK(distance_from_hull_mm(tilted, turned * Point<Preop>{p}) ==
          Approx((p - flat).norm()).margin(1e-5));
  }
}

TEST_CASE("points on a line, and one point named twice, still have a distance") {
  const Points line = {{{0, 0, 0}}, {{10, 0, 0}}, {{30, 0, 0}}, {{30, 0, 0}}};
  CHECK(distance_from_hull_mm(line, {{20, 3, 4}}) == Approx(5));
  CHECK(distance_from_hull_mm(line, {{33, 4, 0}}) == Approx(5));
}
