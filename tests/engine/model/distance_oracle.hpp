#pragma once
#include <Eigen/Core>
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/data/triangle_mesh.hpp"

// The slow truth: every triangle, in long double, by another formula than the engine's; the sign by
// winding number instead of pseudonormals. Shares no code with the engine.
namespace trocar::test {

using Real = long double;
using Vec = Eigen::Matrix<Real, 3, 1>;

inline Real clamp01(Real x) { return std::min<Real>(1, std::max<Real>(0, x)); }

inline Real edge_distance(const Vec& p, const Vec& a, const Vec& b) {
  const Vec e = b - a;
  const Real ee = e.squaredNorm();
  const Real t = ee > 0 ? clamp01((p - a).dot(e) / ee) : 0;
  return (p - (a + t * e)).norm();
}

// Foot by areas of the three triangles it makes with the corners; else the nearest edge.
inline Real triangle_distance(const Vec& p, const Vec& a, const Vec& b, const Vec& c) {
  Real best = std::min({edge_distance(p, a, b), edge_distance(p, b, c), edge_distance(p, c, a)});
  const Vec n = (b - a).cross(c - a);
  const Real nn = n.squaredNorm();
  if (nn > 0) {
    const Vec foot = p - (p - a).dot(n) / nn * n;
    const bool within = (b - a).cross(foot - a).dot(n) >= 0 &&
                        (c - b).cross(foot - b).dot(n) >= 0 && (a - c).cross(foot - c).dot(n) >= 0;
    if (within) best = std::min(best, (p - foot).norm());
  }
  return best;
}

struct Corners {
  Vec a, b, c;
};
inline Corners corners_of(const TriangleMesh& m, std::size_t t) {
  const auto at = [&](std::size_t k) -> Vec {
    return m.vertices_mm[m.triangles[t][k]].cast<Real>();
  };
  return {at(0), at(1), at(2)};
}

inline Real unsigned_distance(const TriangleMesh& m, const Eigen::Vector3d& p) {
  Real best = std::numeric_limits<Real>::infinity();
  for (std::size_t t = 0; t < m.triangles.size(); ++t) {
    const Corners k = corners_of(m, t);
    best = std::min(best, triangle_distance(p.cast<Real>(), k.a, k.b, k.c));
  }
  return best;
}

inline bool is_inside(const TriangleMesh& m, const Eigen::Vector3d& p) {
  Real angle = 0;
  for (std::size_t t = 0; t < m.triangles.size(); ++t) {
    const Corners k = corners_of(m, t);
    const Vec a = (k.a - p.cast<Real>()).normalized();
    const Vec b = (k.b - p.cast<Real>()).normalized();
    const Vec c = (k.c - p.cast<Real>()).normalized();
    angle += 2 * std::atan2(a.dot(b.cross(c)), 1 + a.dot(b) + b.dot(c) + c.dot(a));
  }
  return angle > 2 * std::numbers::pi_v<Real>;
}

inline double signed_distance(const TriangleMesh& m, const Eigen::Vector3d& p) {
  const auto d = static_cast<double>(unsigned_distance(m, p));
  return is_inside(m, p) ? -d : d;
}

// Smallest distance of a segment to the whole mesh: distance to each triangle is convex along the
// segment, so a golden-section search per triangle finds it.
inline double segment_distance(const TriangleMesh& m, const Eigen::Vector3d& from,
                               const Eigen::Vector3d& to) {
  const Vec p = from.cast<Real>();
  const Vec d = to.cast<Real>() - p;
  const Real golden = (std::sqrt(Real(5)) - 1) / 2;
  Real best = std::numeric_limits<Real>::infinity();
  for (std::size_t t = 0; t < m.triangles.size(); ++t) {
    const Corners k = corners_of(m, t);
    const auto f = [&](Real s) { return triangle_distance(p + s * d, k.a, k.b, k.c); };
    Real low = 0;
    Real high = 1;
    while (high - low > Real(1e-11)) {
      const Real x = high - golden * (high - low);
      const Real y = low + golden * (high - low);
      (f(x) < f(y) ? high : low) = f(x) < f(y) ? y : x;
    }
    best = std::min({best, f(0), f(1), f((low + high) / 2)});
  }
  return static_cast<double>(best);
}

}  // namespace trocar::test
