#include "engine/model/surface_geometry.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/model/distance_oracle.hpp"
#include "tests/engine/model/test_meshes.hpp"

using namespace trocar;
using namespace trocar::surface;
using namespace trocar::test;

namespace {

// A right angle at a, so that feet can be found by hand: a (0,0,0), b (10,0,0), c (0,10,0).
const Vector3d a(0, 0, 0);
const Vector3d b(10, 0, 0);
const Vector3d c(0, 10, 0);

struct Expected {
  Vector3d p, closest;
  TrianglePart::Kind kind;
  int index;
};

Segment segment(const Vector3d& from, const Vector3d& to) {
  const double length = (to - from).norm();
  return {from, length > 0 ? Vector3d((to - from) / length) : Vector3d(Vector3d::Zero()), length};
}

// One triangle as a mesh, for the oracle.
TriangleMesh alone(const Vector3d& p, const Vector3d& q, const Vector3d& r) {
  return {{p, q, r}, {{0, 1, 2}}};
}

}  // namespace

TEST_CASE("the nearest point of a triangle lies on the part whose region the point is in") {
  const std::vector<Expected> all{{{2, 3, 5}, {2, 3, 0}, TrianglePart::face, 0},
                                  {{2, 3, 0}, {2, 3, 0}, TrianglePart::face, 0},
                                  {{4, -3, 1}, {4, 0, 0}, TrianglePart::edge, 0},
                                  {{8, 8, -2}, {5, 5, 0}, TrianglePart::edge, 1},
                                  {{-3, 4, 1}, {0, 4, 0}, TrianglePart::edge, 2},
                                  {{-1, -1, 2}, {0, 0, 0}, TrianglePart::corner, 0},
                                  {{14, -1, 0}, {10, 0, 0}, TrianglePart::corner, 1},
                                  {{-1, 13, 0}, {0, 10, 0}, TrianglePart::corner, 2}};
  for (const Expected& e : all) {
    const TrianglePoint got = nearest_on_triangle(e.p, a, b, c);
    CHECK((got.closest - e.closest).norm() < 1e-14);
    CHECK(got.squared_mm2 == Approx((e.p - e.closest).squaredNorm()).margin(1e-14));
    CHECK(got.part.kind == e.kind);
    CHECK(got.part.index == e.index);
  }
}

TEST_CASE("the distance to a triangle is the oracle's, whatever its shape") {
  std::mt19937_64 rng(1);
  for (int n = 0; n < 3000; ++n) {
    const double flat = n % 3 == 0 ? std::pow(10.0, -7 - n / 3 % 8) : 1;  // every third is a sliver
    const Vector3d p = random_in(rng, {0, 0, 0}, 10);
    const Vector3d q = p + random_in(rng, {0, 0, 0}, 5);
    const Vector3d r = n % 3 == 0 ? Vector3d(0.3 * p + 0.7 * q + random_in(rng, {0, 0, 0}, flat))
                                  : random_in(rng, {0, 0, 0}, 10);
    const Vector3d at = random_in(rng, {0, 0, 0}, 15);
    const auto expected = static_cast<double>(
        triangle_distance(at.cast<Real>(), p.cast<Real>(), q.cast<Real>(), r.cast<Real>()));
    const TrianglePoint got = nearest_on_triangle(at, p, q, r);
    REQUIRE(std::abs(std::sqrt(got.squared_mm2) - expected) < 1e-6);
    REQUIRE(std::abs((at - got.closest).norm() - expected) < 1e-6);
  }
}

TEST_CASE("a triangle without area is its outline, one that is a point is that point") {
  const TrianglePoint line = nearest_on_triangle({3, 4, 0}, {0, 0, 0}, {10, 0, 0}, {5, 0, 0});
  CHECK(line.squared_mm2 == 16);
  CHECK(line.part.kind == TrianglePart::edge);
  const TrianglePoint point = nearest_on_triangle({3, 4, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0});
  CHECK(point.squared_mm2 == 25);
  CHECK(point.part.kind == TrianglePart::corner);
}

TEST_CASE("a segment that crosses a triangle has no distance to it, at the place it crosses") {
  const SegmentApproach got = nearest_approach(segment({2, 3, 4}, {2, 3, -6}), a, b, c);
  CHECK(got.squared_mm2 == 0);
  CHECK(got.at_mm == Approx(4));
  const SegmentApproach short_of = nearest_approach(segment({2, 3, 4}, {2, 3, 1}), a, b, c);
  CHECK(short_of.squared_mm2 == Approx(1));
  CHECK(short_of.at_mm == Approx(3));
  const SegmentApproach beside = nearest_approach(segment({-3, 4, 5}, {-3, 4, -5}), a, b, c);
  CHECK(beside.squared_mm2 == Approx(9));
  CHECK(beside.at_mm == Approx(5));
}

TEST_CASE("a segment without length is a point") {
  const SegmentApproach got = nearest_approach(segment({8, 8, -2}, {8, 8, -2}), a, b, c);
  CHECK(got.squared_mm2 == Approx(22));  // to (5, 5, 0)
  CHECK(got.at_mm == 0);
}

TEST_CASE("the distance of segment and triangle is the oracle's, parallel and crossing too") {
  std::mt19937_64 rng(2);
  for (int n = 0; n < 1500; ++n) {
    const Vector3d p = random_in(rng, {0, 0, 0}, 10);
    const Vector3d q = random_in(rng, {0, 0, 0}, 10);
    const Vector3d r = random_in(rng, {0, 0, 0}, 10);
    const Vector3d from = random_in(rng, {0, 0, 0}, 15);
    const Vector3d to = n % 4 == 0 ? Vector3d(from + 0.8 * (q - p)) : random_in(rng, {0, 0, 0}, 15);
    const Segment s = segment(from, to);
    const SegmentApproach got = nearest_approach(s, p, q, r);
    const double expected = segment_distance(alone(p, q, r), from, to);
    REQUIRE(std::abs(std::sqrt(got.squared_mm2) - expected) < 1e-7);
    REQUIRE(got.at_mm >= 0);
    REQUIRE(got.at_mm <= s.length_mm);
    const auto there = static_cast<double>(triangle_distance(
        s.at(got.at_mm).cast<Real>(), p.cast<Real>(), q.cast<Real>(), r.cast<Real>()));
    REQUIRE(std::abs(there - expected) < 1e-7);
  }
}
