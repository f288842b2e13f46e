#pragma once
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/intraop_volume.hpp"

namespace trocar {

// What to look for: balls of one size that the scanner shows brighter than bone (metal, ceramic).
struct SphereSearch {
  double diameter_mm;
  int brighter_than_hu;  // above bone, below what half the ball shows
};

struct FoundSphere {
  Point<Intraop> center;
  Eigen::Matrix3d covariance;  // of the centre, mm^2
  double contrast_hu;          // over what is round it
  double misfit;               // RMS residual of the ball's image / contrast
};

constexpr std::size_t max_spheres = 64;

// Every ball of this size that stands free: parts of bright voxels of the right size, then a fit of
// a blurred ball to each (decision 0071). Balls that touch each other, bone or the border are not
// found; what looks like a ball elsewhere is found too, and matching must sort it out. In the order
// of their first voxel. Errors: out_of_range (noise over the threshold; more than max_spheres).
// plain; any thread.
Result<std::vector<FoundSphere>> find_spheres(const IntraopVolume& volume,
                                              const SphereSearch& search);

}  // namespace trocar
