#pragma once
#include <optional>
#include <vector>

#include "engine/model/contour_stack.hpp"

namespace trocar {

// Frames of one segment, in any order, as a stack: one per slice, and where none is, nothing is
// (PS3.3 C.8.20 lets writers leave out empty ones). The least distance of two frames is the raster
// that all must keep. `stated_mm`: SpacingBetweenSlices as the object says it, of either sign; it
// must be that raster. SliceThickness says nothing here: overlapping and thin slices have another.
// Errors: a single slice, two frames in one, off the raster, or a raster that is not as stated.
Result<ContourStack> stack_frames(std::vector<ContourSlice> frames, const Eigen::Matrix3d& axes,
                                  std::optional<double> stated_mm);

}  // namespace trocar
