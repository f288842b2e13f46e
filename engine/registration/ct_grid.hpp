#pragma once
#include <Eigen/Geometry>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/model/ct_volume.hpp"

namespace trocar {

// Where a voxel's value stands in a grid of this size, x fastest.
inline std::size_t grid_offset(const std::array<int, 3>& size, int x, int y, int z) {
  return static_cast<std::size_t>(x) +
         static_cast<std::size_t>(size[0]) *
             (static_cast<std::size_t>(y) +
              static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
}

// CT values on a regular grid, in a frame that its owner knows: VolumeGeometry speaks of Preop, and
// the kernel moves between two scans. Values are shared, never changed. plain.
struct CtGrid {
  std::array<int, 3> size{};
  Eigen::Vector3d spacing_mm = Eigen::Vector3d::Ones();
  Eigen::Affine3d index_from_mm = Eigen::Affine3d::Identity();
  std::shared_ptr<const std::vector<std::int16_t>> values;  // x fastest
  // Marks a voxel of which the scanner saw nothing; outside int16 when there is no such voxel.
  std::int32_t unseen = no_unseen;

  static constexpr std::int32_t no_unseen = std::numeric_limits<std::int32_t>::min();

  [[nodiscard]] Eigen::Vector3d mm_of(const Eigen::Vector3d& index) const {
    return index_from_mm.inverse() * index;
  }
};

// The whole volume, no copy. What lies outside a round field is told by its corners: where four
// corner columns carry one and the same value, that value means unseen.
CtGrid grid_of(const std::shared_ptr<const CtVolume>& volume);

// Values are cut to what tells bone from its surroundings: metal, air and lung would otherwise
// outweigh every bone near them once voxels are averaged.
inline constexpr std::int16_t least_hounsfield = -250;
inline constexpr std::int16_t most_hounsfield = 1300;

// Part of a volume as a grid of its own (a copy, values cut). `low` to `high` inclusive, in the
// volume.
CtGrid cropped(const CtVolume& volume, const std::array<int, 3>& low,
               const std::array<int, 3>& high);

// Means of factor[0] x factor[1] x factor[2] voxels, values cut; a mean that holds an unseen voxel
// is unseen. What does not fill a whole block at the far ends is left out.
CtGrid averaged(const CtGrid& grid, const std::array<int, 3>& factor);

// How many voxels of this grid to average so that spacing comes near `target_mm`, per axis.
std::array<int, 3> factor_for(const CtGrid& grid, double target_mm);

}  // namespace trocar
