#include "engine/navigation/convex_hull.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "engine/model/surface_geometry.hpp"

namespace trocar {
namespace {

using Eigen::Vector3d;
using Triangle = std::array<Vector3d, 3>;

surface::TrianglePoint nearest(const Vector3d& p, const Triangle& t) {
  return surface::nearest_on_triangle(p, t[0], t[1], t[2]);
}

// By barycentric coordinates: a flat one, whose coordinates are huge or no numbers, holds nothing.
bool is_in_tetrahedron(const Vector3d& p, const Triangle& base, const Vector3d& apex) {
  const Vector3d a = base[0] - apex;
  const Vector3d b = base[1] - apex;
  const Vector3d c = base[2] - apex;
  const Vector3d q = p - apex;
  const double volume = a.dot(b.cross(c));
  const double of_a = q.dot(b.cross(c)) / volume;
  const double of_b = q.dot(c.cross(a)) / volume;
  const double of_c = q.dot(a.cross(b)) / volume;
  return of_a >= 0 && of_b >= 0 && of_c >= 0 && of_a + of_b + of_c <= 1;
}

Vector3d furthest(std::span<const Point<Preop>> points, const Vector3d& direction) {
  return std::max_element(points.begin(), points.end(),
                          [&](const Point<Preop>& a, const Point<Preop>& b) {
                            return direction.dot(a.mm) < direction.dot(b.mm);
                          })
      ->mm;
}

}  // namespace

// Gilbert, Johnson, Keerthi 1988: from a triangle of the points towards p, over the point furthest
// that way, until none is further. Each step comes nearer, so no triangle comes twice.
double distance_from_hull_mm(std::span<const Point<Preop>> points, const Point<Preop>& p) {
  assert(points.size() >= 3);
  constexpr int most_steps = 64;
  constexpr double settled_mm = 1e-6;
  Triangle base{points[0].mm, points[1].mm, points[2].mm};
  surface::TrianglePoint best = nearest(p.mm, base);
  for (int step = 0; step < most_steps; ++step) {
    const Vector3d outward = p.mm - best.closest;
    const Vector3d apex = furthest(points, outward);
    if (outward.dot(apex - best.closest) <= settled_mm * outward.norm()) break;
    if (is_in_tetrahedron(p.mm, base, apex)) return 0;
    const Triangle before = base;
    for (std::size_t i = 0; i < 3; ++i) {
      const Triangle side{before[i], before[(i + 1) % 3], apex};
      const surface::TrianglePoint candidate = nearest(p.mm, side);
      if (candidate.squared_mm2 >= best.squared_mm2) continue;
      best = candidate;
      base = side;
    }
  }
  return std::sqrt(best.squared_mm2);
}

}  // namespace trocar
