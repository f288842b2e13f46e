#pragma once
#include <Eigen/Geometry>
#include <algorithm>
#include <vector>

#include "tools/phantom/shape.hpp"

namespace trocar::phantom {

// A smooth curve through points of falling z, asked for by z. plain, const after building.
class Curve {
 public:
  Curve() = default;
  explicit Curve(std::vector<Vec> falling) : points_(std::move(falling)) {}

  // x and y at height z (Catmull-Rom, straight on beyond the ends); its z is the one asked for.
  [[nodiscard]] Vec at(double z) const {
    const std::size_t last = points_.size() - 1;
    std::size_t i = 0;
    while (i + 2 < points_.size() && points_[i + 1].z() > z) ++i;
    const Vec &p1 = points_[i], &p2 = points_[i + 1];
    const double t = (p1.z() - z) / (p1.z() - p2.z());
    const Vec m1 = slope(i), m2 = slope(i + 1);
    const double span = p1.z() - p2.z();
    if (t < 0.0 || i == last) return on(p1 - m1 * (t * span), z);
    if (t > 1.0) return on(p2 - m2 * ((t - 1.0) * span), z);
    const double t2 = t * t, t3 = t2 * t;
    const Vec c = (2 * t3 - 3 * t2 + 1) * p1 - (t3 - 2 * t2 + t) * span * m1 +
                  (3 * t2 - 2 * t3) * p2 - (t3 - t2) * span * m2;
    return on(c, z);
  }
  // d(x, y)/dz at height z.
  [[nodiscard]] Vec tilt(double z) const { return (at(z + 1.0) - at(z - 1.0)) / 2.0; }

 private:
  [[nodiscard]] Vec slope(std::size_t i) const {
    const Vec& a = points_[i == 0 ? 0 : i - 1];
    const Vec& b = points_[std::min(i + 1, points_.size() - 1)];
    return (b - a) / (b.z() - a.z());
  }
  static Vec on(const Vec& p, double z) { return {p.x(), p.y(), z}; }
  std::vector<Vec> points_;
};

// A chain of round-ended rods, their radius changing from point to point.
struct Tube {
  std::vector<Vec> points_mm;
  std::vector<double> radii_mm;

  [[nodiscard]] double operator()(const Vec& p) const {
    double d = 1e3;
    for (std::size_t i = 0; i + 1 < points_mm.size(); ++i)
      d = std::min(d, capsule(p, points_mm[i], points_mm[i + 1], radii_mm[i], radii_mm[i + 1]));
    return d;
  }
  [[nodiscard]] Eigen::AlignedBox3d box(double margin_mm) const {
    Eigen::AlignedBox3d b;
    for (const Vec& p : points_mm) b.extend(p);
    const double r = *std::max_element(radii_mm.begin(), radii_mm.end()) + margin_mm;
    b.min().array() -= r;
    b.max().array() += r;
    return b;
  }
};

// `coarse` with its corners rounded: each span replaced by `steps` pieces of a Catmull-Rom curve.
Tube smoothed(const Tube& coarse, int steps);

}  // namespace trocar::phantom
