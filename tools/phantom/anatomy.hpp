#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <string_view>

#include "tools/phantom/shape.hpp"

namespace trocar::phantom {

// Sizes of one vertebra, mm and rad, after published lumbar morphometry: end plates, canal and
// transverse span Panjabi 1992 (Spine 17:299), pedicles Zindrick 1987 (Spine 12:160), facet
// orientation and disc heights as in common CT series; rounded, means of adults.
struct LevelSize {  // NOLINT(cppcoreguidelines-pro-type-member-init): rows of a table, filled whole
  std::string_view name;
  int label;  // in the label map
  double upper_width_mm, upper_depth_mm, lower_width_mm, lower_depth_mm;
  double anterior_height_mm, posterior_height_mm;
  double disc_below_mm, disc_wedge_rad;  // to the next level: height, lordotic angle
  double canal_width_mm, canal_depth_mm;
  double pedicle_width_mm, pedicle_height_mm, pedicle_angle_rad;
  double transverse_span_mm;
  double spinous_reach_mm, spinous_height_mm;    // from the back wall of the body to the tip
  double facet_half_spread_mm, facet_angle_rad;  // upper facets: off the midline, to sagittal plane

  [[nodiscard]] double height_mm() const {
    return 0.5 * (anterior_height_mm + posterior_height_mm);
  }
  [[nodiscard]] double depth_mm() const { return 0.5 * (upper_depth_mm + lower_depth_mm); }
  [[nodiscard]] double back_wall_mm() const { return 0.5 * depth_mm(); }
  // Positive: the front is higher. Between the two end plates, rad.
  [[nodiscard]] double wedge_rad() const {
    return std::atan2(anterior_height_mm - posterior_height_mm, depth_mm());
  }
};

// A vertebra in the patient. Its own axes: x to the patient's left, y posterior, z up along the
// body, origin in the body's centre; `axes` has them as columns in preop (LPS, mm).
struct PlacedVertebra {
  LevelSize size{};
  Vec center_mm;
  Eigen::Matrix3d axes;
  std::uint64_t seed = 0;  // of its small irregularities

  [[nodiscard]] Vec to_local(const Vec& preop) const {
    return axes.transpose() * (preop - center_mm);
  }
  [[nodiscard]] Vec to_preop(const Vec& local) const { return axes * local + center_mm; }
};

inline constexpr std::size_t level_count = 7;  // T12, L1..L5, S1
inline constexpr std::size_t s1_level = 6;

// Index of "L1".."L5", or level_count.
std::size_t level_named(std::string_view name);

struct Anatomy {
  std::uint64_t seed = 0;
  std::array<PlacedVertebra, level_count> vertebrae;
  double trabecular_hu = 0;
};

// The bones' sizes and places of patient `seed`: a lordotic column round L3, a little scoliosis,
// all sizes varied by a few percent. L3's body centre lies off the origin, as in a real scan, so
// that a mirrored axis cannot go unnoticed.
Anatomy make_anatomy(std::uint64_t seed);

}  // namespace trocar::phantom
