#include "engine/registration/ct_pyramid.hpp"

namespace trocar {

CtPyramid::CtPyramid(const std::shared_ptr<const CtVolume>& intraop) {
  CtGrid grid = grid_of(intraop);
  for (std::size_t level = ct_levels; level-- > 0;) {
    grid = averaged(grid, factor_for(grid, ct_level_mm[level]));
    grids_[level] = grid;
  }
}

bool CtPyramid::sees(const Eigen::Vector3d& mm) const {
  const CtSampler sample(at(CtLevel::coarse), Eigen::Isometry3d::Identity());
  const Eigen::Vector3f p = mm.cast<float>();
  float value = 0;
  return sample(p.x(), p.y(), p.z(), value);
}

}  // namespace trocar
