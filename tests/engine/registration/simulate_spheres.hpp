#pragma once
#include <memory>

#include "engine/model/intraop_volume.hpp"
#include "tests/engine/registration/simulate.hpp"

// Scans of balls: each voxel is the mean of 6 x 6 x 6 points of it, as partial volume makes it,
// then blurred by its neighbours and given noise. Nothing of the formula that the finder fits.
namespace trocar::simulate {

struct Ball {
  Point<Intraop> center;
  double radius_mm;
  double hu;
};

struct ScanOptions {
  Eigen::Vector3d spacing_mm{0.6, 0.6, 0.6};
  std::array<int, 3> size{120, 120, 100};
  double background_hu = -50;
  double noise_hu = 40;
  bool smooth_kernel = true;  // noise shared by neighbours in the plane, as reconstruction does
};

// Oblique to the patient's axes and off the origin, so that no axis can be taken for another.
inline VolumeGeometry oblique(const ScanOptions& o) {
  VolumeGeometry g;
  g.size = o.size;
  g.spacing_mm = o.spacing_mm;
  g.origin = {{-31, 42, -210}};
  g.direction = Eigen::AngleAxisd(0.3, Eigen::Vector3d(1, 2, -0.5).normalized()).toRotationMatrix();
  return g;
}

inline double share_of_voxel(const VolumeGeometry& g, const Eigen::Vector3d& index,
                             const Ball& ball) {
  constexpr int fine = 6;
  int inside = 0;
  for (int a = 0; a < fine * fine * fine; ++a) {
    const Eigen::Vector3d part(a % fine, a / fine % fine, a / fine / fine);
    const Eigen::Vector3d at =
        index + (part + Eigen::Vector3d::Constant(0.5)) / fine - Eigen::Vector3d::Constant(0.5);
    if ((g.at(at).mm - ball.center.mm).norm() < ball.radius_mm) ++inside;
  }
  return static_cast<double>(inside) / (fine * fine * fine);
}

inline void paint(const VolumeGeometry& g, const Ball& ball, std::vector<double>& hu) {
  const Eigen::Vector3d middle = g.index_of({ball.center.mm});
  Eigen::Vector3i low, high;
  for (int k = 0; k < 3; ++k) {
    const double reach = ball.radius_mm / g.spacing_mm[k] + 2;
    const int size = g.size[static_cast<std::size_t>(k)];
    low[k] = std::max(0, static_cast<int>(middle[k] - reach));
    high[k] = std::min(size - 1, static_cast<int>(middle[k] + reach));
  }
  for (int z = low.z(); z <= high.z(); ++z)
    for (int y = low.y(); y <= high.y(); ++y)
      for (int x = low.x(); x <= high.x(); ++x) {
        double& voxel = hu[CtVolume::voxel_offset(g, x, y, z)];
        voxel += share_of_voxel(g, Eigen::Vector3d(x, y, z), ball) * (ball.hu - voxel);
      }
}

// In the plane, weights 1 4 1 along each axis: the scanner's resolution.
inline std::vector<double> blurred(const VolumeGeometry& g, const std::vector<double>& hu,
                                   double side) {
  std::vector<double> out = hu;
  for (const int step : {1, g.size[0]}) {
    const std::vector<double> in = out;
    const auto s = static_cast<std::size_t>(step);
    for (std::size_t i = s; i + s < in.size(); ++i)
      out[i] = (side * in[i - s] + in[i] + side * in[i + s]) / (1 + 2 * side);
  }
  return out;
}

inline IntraopVolume scan_of(const std::vector<Ball>& balls, const ScanOptions& o, Random& random) {
  auto ct = std::make_shared<CtVolume>();
  ct->geometry = oblique(o);
  std::vector<double> hu(ct->geometry.voxels(), o.background_hu);
  for (const Ball& b : balls) paint(ct->geometry, b, hu);
  hu = blurred(ct->geometry, hu, 0.25);
  std::normal_distribution<double> normal(0, o.noise_hu);
  std::vector<double> noise(hu.size());
  for (double& n : noise) n = normal(random);
  // Keeps the standard deviation what was asked for: per axis the kernel leaves sqrt(6)/4 of it.
  if (o.smooth_kernel) noise = blurred(ct->geometry, noise, 0.5);
  const double scale = o.smooth_kernel ? 16.0 / 6.0 : 1.0;
  for (std::size_t i = 0; i < hu.size(); ++i)
    ct->hounsfield.push_back(static_cast<std::int16_t>(
        std::clamp(std::round(hu[i] + scale * noise[i]), -1024.0, 3071.0)));
  return IntraopVolume(ct);
}

// Seven spheres over a back, no distance twice; off one plane.
inline std::vector<Eigen::Vector3d> plate_mm() {
  return {{-34, -21, -24}, {31, -26, -21}, {38, 9, -26}, {-27, 14, -18},
          {-6, 33, -25},   {19, 29, -17},  {4, -33, -28}};
}

}  // namespace trocar::simulate
