#pragma once
#include <Eigen/Geometry>
#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "engine/model/ct_volume.hpp"

// A small spine of five bones whose shapes are formulas, so that scans of it in any position are
// exact: labels 31 (lowest) to 35. Each bone has a body, a pedicle on either side, laminae and two
// processes, and its own sizes. Bone 34 alone is not its own mirror image.
namespace trocar::ct_test {

using Eigen::Isometry3d;
using Eigen::Vector3d;

inline constexpr int lowest = 31, highest = 35;
inline constexpr double level_mm = 26;

inline double blob(const Vector3d& p, const Vector3d& centre, const Vector3d& radii) {
  const Vector3d d = (p - centre).cwiseQuotient(radii);
  return (d.norm() - 1) * radii.minCoeff();
}

// Distance-like, negative in bone; p from the bone's own centre, x left, y back, z up.
inline double bone(int label, const Vector3d& p) {
  const double n = label - 33;  // -2 .. 2
  const double wide = 16 - 1.3 * n, deep = 12 - 0.8 * n, high = 9.5 - 0.5 * n;
  const Vector3d tilt(0, 0, 2.0 * n);
  double d = blob(p, {0, -6, 0}, {wide, deep, high});
  for (const double side : {-1.0, 1.0}) {
    d = std::min(d, blob(p, {side * (9 - n), 8, 3}, {3.5, 8, 4.5 - 0.5 * n}));
    const double uneven = label == 34 ? side : 0;
    d = std::min(d, blob(p, Vector3d(side * (17 + 2 * n) + 2 * uneven, 13, 2 + 5 * uneven) + tilt,
                         {9 + n + 2 * uneven, 3.5, 4}));
  }
  d = std::min(d, blob(p, {0, 15, 0}, {9 - n, 3, 6}));
  d = std::min(d, blob(p, Vector3d(0, 23, -5) - 1.5 * tilt, {2.5, 9 + n, 5}));
  return d;
}

inline Vector3d centre_of(int label) {
  return {120 + 1.5 * (label - 33), -80, 300 + level_mm * (label - 33)};
}

// Hounsfield units in the preoperative position; `pose(label)` moves a bone.
using Poses = std::function<Isometry3d(int)>;  // where the bone came from: preop_from_scan

inline double hounsfield(const Vector3d& q, const Poses& preop_from_scan) {
  double nearest = 100;
  for (int label = lowest; label <= highest; ++label) {
    nearest = std::min(nearest, bone(label, preop_from_scan(label) * q - centre_of(label)));
  }
  const double cover = 1 / (1 + std::exp(nearest / 0.5));         // a soft edge, as scanners see
  const double core = 1 / (1 + std::exp((nearest + 2.5) / 0.7));  // spongy inside a shell
  return 40 + cover * 650 - core * 350;
}

inline VolumeGeometry grid(const Vector3d& middle, const Vector3d& extent_mm,
                           const Vector3d& spacing_mm) {
  VolumeGeometry g;
  g.spacing_mm = spacing_mm;
  for (int k = 0; k < 3; ++k) {
    g.size[static_cast<std::size_t>(k)] = static_cast<int>(extent_mm[k] / spacing_mm[k]);
    g.origin.mm[k] = middle[k] - 0.5 * spacing_mm[k] * (g.size[static_cast<std::size_t>(k)] - 1);
  }
  return g;
}

struct ScanLook {
  double gain = 1, offset_hu = 0, noise_hu = 10;
  unsigned seed = 1;
  double field_mm = 0;  // diameter of a round field; 0: all of the box
};

inline std::shared_ptr<CtVolume> scan(const VolumeGeometry& g, const Poses& preop_from_scan,
                                      const ScanLook& look) {
  auto out = std::make_shared<CtVolume>();
  out->geometry = g;
  std::mt19937 random(look.seed);
  std::normal_distribution<double> noise(0, look.noise_hu);
  for (int z = 0; z < g.size[2]; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      for (int x = 0; x < g.size[0]; ++x) {
        const double r =
            g.spacing_mm.x() * std::hypot(x - 0.5 * (g.size[0] - 1), y - 0.5 * (g.size[1] - 1));
        const bool shown = look.field_mm <= 0 || 2 * r < look.field_mm;
        const Vector3d q = g.at(Vector3d(x, y, z)).mm;
        const double hu =
            look.gain * hounsfield(q, preop_from_scan) + look.offset_hu + noise(random);
        out->hounsfield.push_back(static_cast<std::int16_t>(shown ? std::round(hu) : -1024));
      }
    }
  }
  return out;
}

inline Isometry3d stays(int) { return Isometry3d::Identity(); }

inline std::shared_ptr<const CtVolume> preop() {
  static const auto made =
      scan(grid(centre_of(33), {72, 80, 150}, {1, 1, 2}), stays, {1, 0, 8, 5, 0});
  return made;
}

inline std::shared_ptr<const LabelVolume> labels() {
  static const auto made = [] {
    auto out = std::make_shared<LabelVolume>();
    out->geometry = preop()->geometry;
    const VolumeGeometry& g = out->geometry;
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 0; y < g.size[1]; ++y)
        for (int x = 0; x < g.size[0]; ++x) {
          std::uint16_t value = 0;
          for (int label = lowest; label <= highest; ++label) {
            if (bone(label, g.at(Vector3d(x, y, z)).mm - centre_of(label)) < 0)
              value = static_cast<std::uint16_t>(label);
          }
          out->labels.push_back(value);
        }
    return out;
  }();
  return made;
}

// A turn about each axis, degrees, and a shift, mm, about a bone's centre: its preop place to where
// it lies now.
inline Isometry3d moved(const Vector3d& about, const Vector3d& degrees, const Vector3d& shift_mm) {
  Isometry3d m = Isometry3d::Identity();
  for (int k = 0; k < 3; ++k)
    m.linear() = m.linear() *
                 Eigen::AngleAxisd(degrees[k] * M_PI / 180, Vector3d::Unit(k)).toRotationMatrix();
  m.translation() = about - m.linear() * about + shift_mm;
  return m;
}

// Largest error at the corners of a box round the bone, mm.
inline double worst_mm(const Isometry3d& preop_from_scan, const Isometry3d& truth, int label) {
  double worst = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const Vector3d p =
        centre_of(label) + Vector3d((corner & 1) != 0 ? 20 : -20, (corner & 2) != 0 ? 20 : -20,
                                    (corner & 4) != 0 ? 10 : -10);
    worst = std::max(worst, (preop_from_scan * (truth.inverse() * p) - p).norm());
  }
  return worst;
}

}  // namespace trocar::ct_test
