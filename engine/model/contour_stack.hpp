#pragma once
#include <Eigen/Core>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/outline_overlap.hpp"

namespace trocar {

// Closed outlines in parallel planes: how RTSTRUCT draws a structure, and what the frames of a
// segmentation become. What an odd number of outlines surrounds is inside.
struct ContourSlice {
  double height_mm;  // along the normal
  std::vector<std::vector<Eigen::Vector2d>> outlines;
};
struct ContourStack {
  Eigen::Matrix3d axes;  // columns: two directions in the planes and the normal, right-handed
  std::vector<ContourSlice> slices;  // rising; an empty slice says that nothing is there
  double spacing_mm;                 // between slices
};

using Contour = std::vector<Eigen::Vector3d>;  // Preop, LPS mm; the last point joins the first

// Sorts outlines into planes. The planes may stand at any angle to the CT's, but must be parallel
// and evenly spaced; several outlines may lie in one. The errors say what is wrong and where: too
// few points, no area or not flat, planes not parallel, uneven (a slice twice with a small offset)
// or missing (a gap inside the structure: it cannot be told from two islands); a single slice;
// outlines of one slice that are there twice or cross.
Result<ContourStack> stack_contours(const std::vector<Contour>& contours,
                                    Crossing crossing = Crossing::refused);

}  // namespace trocar
