#include "engine/registration/ct_pyramid.hpp"

#include "engine/registration/ct_sampler.hpp"

namespace trocar {

CtPyramid::CtPyramid(const std::shared_ptr<const CtVolume>& intraop) {
  CtGrid grid = grid_of(intraop);
  for (std::size_t level = ct_levels; level-- > 0;) {
    const std::array<int, 3> factor = factor_for(grid, ct_level_mm[level]);
    // A scan that is as coarse as its finest level stays where it is: nothing is copied.
    if (factor != std::array<int, 3>{1, 1, 1}) grid = averaged(grid, factor);
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
