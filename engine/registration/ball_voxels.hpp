#pragma once
#include <Eigen/Core>
#include <array>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/intraop_volume.hpp"

namespace trocar {

struct ProfileNode {
  Eigen::Vector3d offset_mm;
  double weight;
};

// Slices are often thicker than pixels are wide, and one width of blur cannot be both: what a voxel
// is longer along one axis is averaged over at these places (Gauss-Legendre, 3 points); the rest,
// the same in all directions, is blur. One place where voxels are about as long as wide.
std::vector<ProfileNode> voxel_profile(const VolumeGeometry& geometry);

// The voxels round a ball, x fastest, as a block: the noise's correlation needs neighbours.
struct BallVoxels {
  std::array<int, 3> size{};
  std::vector<double> hu;
  std::vector<Eigen::Vector3d> mm;  // in the frame of the scan
  std::vector<bool> used;           // within reach of the ball
  std::size_t used_count = 0;
  std::vector<ProfileNode> profile;

  // Between neighbours along an axis, in the lists.
  [[nodiscard]] std::size_t stride(std::size_t axis) const;
};

// Those within reach_mm of `start`. Errors: out_of_range (the volume ends before).
Result<BallVoxels> take_ball_voxels(const IntraopVolume& volume, const Point<Intraop>& start,
                                    double reach_mm);

}  // namespace trocar
