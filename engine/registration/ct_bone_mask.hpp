#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <map>

#include "engine/model/ct_volume.hpp"
#include "engine/registration/ct_grid.hpp"

namespace trocar {

// Where the bones of a label map lie, from one pass over it.
struct LabelExtent {
  std::array<int, 3> low{}, high{};  // voxels, inclusive
  std::size_t voxels = 0;
  Eigen::Vector3d centre_mm = Eigen::Vector3d::Zero();  // mean of the voxels' centres, Preop
};
std::map<int, LabelExtent> label_extents(const LabelVolume& labels);

// A voxel that belongs to a mask; within the cut of values, so that a mask is averaged like a CT.
inline constexpr std::int16_t bone_mask_whole = 1000;

// The bone and 2 mm round it that are in no other bone, on the grid of a crop of the preoperative
// CT. The label map may have a grid of its own; the nearest voxel counts.
CtGrid bone_mask(const CtGrid& crop, const LabelVolume& labels, int label);

}  // namespace trocar
