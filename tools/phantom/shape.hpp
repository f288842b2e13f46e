#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>

// Signed fields of simple shapes, mm, negative inside, and smooth ways to join them. Distances are
// exact or first-order near the surface: what meshes and partial volume need. Formulas follow the
// usual construction of each shape; a field is called with a point of the frame it was built in.
namespace trocar::phantom {

using Vec = Eigen::Vector3d;

// Polynomial blend over a band of `k` mm: adds at most k/4 of material where both meet.
inline double smooth_union(double a, double b, double k) {
  const double h = std::max(k - std::abs(a - b), 0.0);
  return std::min(a, b) - h * h / (4.0 * k);
}
inline double smooth_intersection(double a, double b, double k) { return -smooth_union(-a, -b, k); }

inline double sphere(const Vec& p, const Vec& center, double radius) {
  return (p - center).norm() - radius;
}

// First-order distance to an axis-aligned ellipse.
inline double ellipse(double u, double v, double ru, double rv) {
  const double k0 = std::hypot(u / ru, v / rv);
  const double k1 = std::hypot(u / (ru * ru), v / (rv * rv));
  return k1 < 1e-12 ? -std::min(ru, rv) : k0 * (k0 - 1.0) / k1;
}
inline double ellipsoid(const Vec& p, const Vec& r) {
  const double k0 = p.cwiseQuotient(r).norm();
  const double k1 = p.cwiseQuotient(r.cwiseProduct(r)).norm();
  return k1 < 1e-12 ? -r.minCoeff() : k0 * (k0 - 1.0) / k1;
}

// Distance along the ray from the centre to |u/ru|^n + |v/rv|^n = 1, first order.
inline double superellipse(double u, double v, double ru, double rv, double n) {
  const double au = std::abs(u) / ru, av = std::abs(v) / rv;
  // Far outside nobody needs more than "far": spares the powers.
  if (au > 2.0 || av > 2.0) return std::max((au - 1.0) * ru, (av - 1.0) * rv);
  const double pu = std::pow(au, n - 1.0), pv = std::pow(av, n - 1.0);
  const double sum = pu * au + pv * av;
  if (sum < 1e-9) return -std::min(ru, rv);
  const double rho = std::pow(sum, 1.0 / n);
  const double slope = std::hypot(pu / ru, pv / rv) * rho / sum;  // |gradient of rho|
  return (rho - 1.0) / slope;
}

// A rod with round ends whose radius goes from `ra` to `rb`.
inline double capsule(const Vec& p, const Vec& a, const Vec& b, double ra, double rb) {
  const Vec ab = b - a;
  const double t = std::clamp((p - a).dot(ab) / ab.squaredNorm(), 0.0, 1.0);
  return (p - a - t * ab).norm() - (ra + t * (rb - ra));
}

inline double rounded_box(const Vec& p, const Vec& half, double radius) {
  const Vec q = p.cwiseAbs() - half + Vec::Constant(radius);
  return std::min(q.maxCoeff(), 0.0) + q.cwiseMax(0.0).norm() - radius;
}

// Exact distance to a simple polygon.
template <std::size_t N>
double polygon(const Eigen::Vector2d& p, const std::array<Eigen::Vector2d, N>& corners) {
  double nearest = (p - corners[0]).squaredNorm();
  bool inside = false;
  for (std::size_t i = 0, j = N - 1; i < N; j = i++) {
    const Eigen::Vector2d edge = corners[j] - corners[i], w = p - corners[i];
    const double t = std::clamp(w.dot(edge) / edge.squaredNorm(), 0.0, 1.0);
    nearest = std::min(nearest, (w - t * edge).squaredNorm());
    if ((corners[i].y() > p.y()) != (corners[j].y() > p.y()) && w.x() < edge.x() * w.y() / edge.y())
      inside = !inside;
  }
  return inside ? -std::sqrt(nearest) : std::sqrt(nearest);
}

// A flat shape `in_plane` thickened to +-half, edges rounded by `radius`.
inline double extrude(double in_plane, double across, double half, double radius) {
  const double u = in_plane + radius, v = std::abs(across) - half + radius;
  return std::min(std::max(u, v), 0.0) + std::hypot(std::max(u, 0.0), std::max(v, 0.0)) - radius;
}

}  // namespace trocar::phantom
