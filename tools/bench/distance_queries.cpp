#include "tools/bench/distance_queries.hpp"

#include <Eigen/Geometry>
#include <random>

namespace trocar::bench {
namespace {

using Eigen::Vector3d;

constexpr double shaft_mm = 200.0;
constexpr double radius_mm = 1.5;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : rng_(seed) {}
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(rng_);
  }
  Vector3d direction() {
    const double x = normal_(rng_);
    const double y = normal_(rng_);
    return Vector3d(x, y, normal_(rng_)).normalized();
  }
  Vector3d jitter(double sigma) {
    const double x = normal_(rng_);
    const double y = normal_(rng_);
    return sigma * Vector3d(x, y, normal_(rng_));
  }
  Vector3d on_surface(const TriangleMesh& mesh) {
    const auto& t = mesh.triangles[rng_() % mesh.triangles.size()];
    const double a = uniform(0.0, 1.0);
    const double b = uniform(0.0, 1.0 - a);
    return a * mesh.vertices_mm[t[0]] + b * mesh.vertices_mm[t[1]] +
           (1.0 - a - b) * mesh.vertices_mm[t[2]];
  }

 private:
  std::mt19937_64 rng_;
  std::normal_distribution<double> normal_;
};

Vector3d middle_of(const TriangleMesh& mesh) {
  Eigen::AlignedBox3d box;
  for (const Vector3d& v : mesh.vertices_mm) box.extend(v);
  return box.center();
}

Shaft pose(const Vector3d& tip, const Vector3d& backward) {
  return {{tip}, {backward}, shaft_mm, radius_mm};
}

}  // namespace

Poses trajectory(const TriangleMesh& mesh, std::size_t n) {
  Dice dice(101);
  const Vector3d middle = middle_of(mesh);
  constexpr std::size_t frames = 600;  // 10 s at 60 Hz
  Poses poses;
  Vector3d target = middle;
  Vector3d outward = Vector3d::UnitZ();
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t frame = i % frames;
    if (frame == 0) {
      target = dice.on_surface(mesh);
      outward = ((target - middle).normalized() + 0.5 * dice.direction()).normalized();
    }
    // From 40 mm to the surface in 7 s, then 8 mm further in 3 s.
    const double t = static_cast<double>(frame) / 60.0;
    const double away = t < 7.0 ? 40.0 * (1.0 - t / 7.0) : -8.0 * (t - 7.0) / 3.0;
    const Vector3d backward = (outward + dice.jitter(0.1 / 100.0)).normalized();
    poses.push_back(pose(target + away * outward + dice.jitter(0.1), backward));
  }
  return poses;
}

Poses anywhere(const TriangleMesh& mesh, std::size_t n) {
  Dice dice(102);
  Eigen::AlignedBox3d box;
  for (const Vector3d& v : mesh.vertices_mm) box.extend(v);
  const Vector3d reach = 0.5 * box.sizes() + Vector3d::Constant(20.0);
  Poses poses;
  for (std::size_t i = 0; i < n; ++i) {
    const Vector3d u(dice.uniform(-1, 1), dice.uniform(-1, 1), dice.uniform(-1, 1));
    poses.push_back(pose(box.center() + reach.cwiseProduct(u), dice.direction()));
  }
  return poses;
}

Poses near_surface(const TriangleMesh& mesh, std::size_t n) {
  Dice dice(103);
  const Vector3d middle = middle_of(mesh);
  Poses poses;
  for (std::size_t i = 0; i < n; ++i) {
    const Vector3d on = dice.on_surface(mesh);
    const Vector3d backward = ((on - middle).normalized() + 0.6 * dice.direction()).normalized();
    poses.push_back(pose(on + dice.uniform(0.0, 5.0) * dice.direction(), backward));
  }
  return poses;
}

}  // namespace trocar::bench
