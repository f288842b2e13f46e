#include "engine/registration/ball_voxels.hpp"

#include <cmath>

namespace trocar {

std::vector<ProfileNode> voxel_profile(const VolumeGeometry& geometry) {
  Eigen::Index axis = 0;
  const double longest = geometry.spacing_mm.maxCoeff(&axis);
  const double shortest = geometry.spacing_mm.minCoeff();
  const double excess_mm = std::sqrt(longest * longest - shortest * shortest);
  // 5 % longer: below, the average over the excess is nothing beside the blur.
  if (longest < 1.05 * shortest) return {{Eigen::Vector3d::Zero(), 1.0}};
  const Eigen::Vector3d out = 0.5 * excess_mm * std::sqrt(0.6) * geometry.direction.col(axis);
  return {{-out, 5.0 / 18}, {Eigen::Vector3d::Zero(), 8.0 / 18}, {out, 5.0 / 18}};
}

std::size_t BallVoxels::stride(std::size_t axis) const {
  std::size_t s = 1;
  for (std::size_t k = 0; k < axis; ++k) s *= static_cast<std::size_t>(size[k]);
  return s;
}

Result<BallVoxels> take_ball_voxels(const IntraopVolume& volume, const Point<Intraop>& start,
                                    double reach_mm) {
  const VolumeGeometry& g = volume.voxels().geometry;
  const Eigen::Vector3d index = volume.index_of(start);
  std::array<int, 3> low{};
  BallVoxels b;
  b.profile = voxel_profile(g);
  for (int k = 0; k < 3; ++k) {
    const auto i = static_cast<std::size_t>(k);
    const double reach = reach_mm / g.spacing_mm[k];
    low[i] = static_cast<int>(std::ceil(index[k] - reach));
    b.size[i] = static_cast<int>(std::floor(index[k] + reach)) - low[i] + 1;
    if (low[i] < 0 || low[i] + b.size[i] > g.size[i])
      return Error{Code::out_of_range, "a ball at the border of the volume is not measured"};
  }
  for (int z = low[2]; z < low[2] + b.size[2]; ++z)
    for (int y = low[1]; y < low[1] + b.size[1]; ++y)
      for (int x = low[0]; x < low[0] + b.size[0]; ++x) {
        b.mm.push_back(volume.at(Eigen::Vector3d(x, y, z)).mm);
        b.hu.push_back(volume.voxels().at(x, y, z));
        b.used.push_back((b.mm.back() - start.mm).norm() <= reach_mm);
        b.used_count += b.used.back() ? 1 : 0;
      }
  return b;
}

}  // namespace trocar
