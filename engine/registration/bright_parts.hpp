#pragma once
#include <array>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ct_volume.hpp"

namespace trocar {

// Voxels over a threshold that touch each other by their faces.
struct BrightPart {
  std::size_t voxels = 0;
  std::array<int, 3> low{}, high{};                     // both inside
  Eigen::Vector3d index_sum = Eigen::Vector3d::Zero();  // over the voxels
  [[nodiscard]] Eigen::Vector3d middle() const {        // index of the centre
    return index_sum / static_cast<double>(voxels);
  }
};

// All parts brighter than `threshold_hu`, in the order of their first voxel. One pass over the
// volume. Errors: out_of_range when there are more than a million rows of such voxels: noise is
// over the threshold, or the volume is no CT.
Result<std::vector<BrightPart>> find_bright_parts(const CtVolume& volume, int threshold_hu);

}  // namespace trocar
