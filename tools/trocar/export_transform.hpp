#pragma once
#include <Eigen/Geometry>
#include <filesystem>

#include "engine/base/result.hpp"

namespace trocar {

// Writes a transform file of ITK (HDF5, one AffineTransform_double_3_3, LPS mm) that 3D Slicer
// opens. ITK's transforms map from where points end to where they come from, as a resampler needs
// it: the file of `to_from` holds its inverse, and Slicer, which knows that, moves what hangs below
// the transform from `from` to `to`. Code::io.
Status write_transform(const std::filesystem::path& file, const Eigen::Isometry3d& to_from);

}  // namespace trocar
