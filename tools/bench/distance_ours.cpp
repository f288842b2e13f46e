#include <Eigen/Geometry>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "tools/bench/distance_engines.hpp"

namespace trocar::bench {
namespace {

using Eigen::Vector3d;

SurfaceDistance built(const TriangleMesh& mesh) {
  auto surface = SurfaceDistance::build(mesh);
  if (!surface) throw std::runtime_error(surface.error().detail);
  return std::move(surface).value();
}

class OursTip final : public Engine {
 public:
  explicit OursTip(const TriangleMesh& mesh) : surface_(built(mesh)) {}
  std::string name() const override { return "trocar"; }
  double ask(const Shaft& pose) override { return surface_.from_point(pose.tip, hint_).signed_mm; }

 private:
  SurfaceDistance surface_;
  SurfaceDistance::Hint hint_;
};

class OursShaft final : public Engine {
 public:
  explicit OursShaft(const TriangleMesh& mesh) : surface_(built(mesh)) {}
  std::string name() const override { return "trocar"; }
  double ask(const Shaft& pose) override { return surface_.from_shaft(pose, hint_).clearance_mm; }

 private:
  SurfaceDistance surface_;
  SurfaceDistance::Hint hint_;
};

double to_edge(const Vector3d& p, const Vector3d& a, const Vector3d& b) {
  const Vector3d e = b - a;
  const double ee = e.squaredNorm();
  const double t = ee > 0.0 ? std::clamp((p - a).dot(e) / ee, 0.0, 1.0) : 0.0;
  return (p - a - t * e).squaredNorm();
}

double to_triangle(const Vector3d& p, const Vector3d& a, const Vector3d& b, const Vector3d& c) {
  const Vector3d n = (b - a).cross(c - a);
  const bool within = (b - a).cross(n).dot(p - a) < 0 && (c - b).cross(n).dot(p - b) < 0 &&
                      (a - c).cross(n).dot(p - c) < 0;
  if (within) return std::pow((p - a).dot(n), 2) / n.squaredNorm();
  return std::min({to_edge(p, a, b), to_edge(p, b, c), to_edge(p, c, a)});
}

// Distance to a triangle is convex along the axis: golden section.
double along_axis(const Shaft& s, const Vector3d& a, const Vector3d& b, const Vector3d& c) {
  const auto f = [&](double t) { return to_triangle(s.tip.mm + t * s.backward.mm, a, b, c); };
  const double golden = (std::sqrt(5.0) - 1.0) / 2.0;
  double low = 0.0;
  double high = s.length_mm;
  double x = high - golden * (high - low);
  double y = low + golden * (high - low);
  double fx = f(x);
  double fy = f(y);
  while (high - low > 1e-7) {
    if (fx < fy) {
      high = y;
      y = x;
      fy = fx;
      x = high - golden * (high - low);
      fx = f(x);
    } else {
      low = x;
      x = y;
      fx = fy;
      y = low + golden * (high - low);
      fy = f(y);
    }
  }
  return std::min({f(0.0), f(s.length_mm), fx, fy});
}

}  // namespace

std::unique_ptr<Engine> make_ours_tip(const TriangleMesh& mesh) {
  return std::make_unique<OursTip>(mesh);
}
std::unique_ptr<Engine> make_ours_shaft(const TriangleMesh& mesh) {
  return std::make_unique<OursShaft>(mesh);
}

double true_distance(const TriangleMesh& mesh, const Vector3d& p) {
  double squared = std::numeric_limits<double>::infinity();
  double angle = 0.0;
  for (const auto& [i, j, k] : mesh.triangles) {
    const Vector3d a = mesh.vertices_mm[i] - p;
    const Vector3d b = mesh.vertices_mm[j] - p;
    const Vector3d c = mesh.vertices_mm[k] - p;
    squared = std::min(squared, to_triangle(Vector3d::Zero(), a, b, c));
    const double la = a.norm();
    const double lb = b.norm();
    const double lc = c.norm();
    angle += 2.0 * std::atan2(a.dot(b.cross(c)),
                              la * lb * lc + a.dot(b) * lc + b.dot(c) * la + c.dot(a) * lb);
  }
  return (angle > 2.0 * std::numbers::pi ? -1.0 : 1.0) * std::sqrt(squared);
}

std::optional<double> true_clearance(const TriangleMesh& mesh, const Shaft& shaft) {
  if (true_distance(mesh, shaft.tip.mm) <= 0.0) return std::nullopt;
  double squared = std::numeric_limits<double>::infinity();
  const Vector3d middle = shaft.tip.mm + 0.5 * shaft.length_mm * shaft.backward.mm;
  for (const auto& [i, j, k] : mesh.triangles) {
    const Vector3d& a = mesh.vertices_mm[i];
    const Vector3d& b = mesh.vertices_mm[j];
    const Vector3d& c = mesh.vertices_mm[k];
    // A triangle whose ball around `a` the axis cannot reach closer than the best is skipped.
    const double ball = std::max((b - a).norm(), (c - a).norm());
    const double half = 0.5 * shaft.length_mm * 1.0000001;
    const double axis =
        std::sqrt(to_edge(a, middle - half * shaft.backward.mm, middle + half * shaft.backward.mm));
    if (axis - ball > std::sqrt(squared)) continue;
    squared = std::min(squared, along_axis(shaft, a, b, c));
  }
  const double distance = std::sqrt(squared);
  if (distance < 1e-5) return std::nullopt;
  return distance - shaft.radius_mm;
}

}  // namespace trocar::bench
