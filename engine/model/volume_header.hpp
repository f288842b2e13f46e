#pragma once
#include <filesystem>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/image_format.hpp"
#include "engine/model/input_warning.hpp"

namespace trocar {

// What the header of a volume in one file (NRRD, MetaImage, NIfTI) must say itself, before a
// library puts a default in its place. Spacing, unit, and in which space the axes lie: refused when
// they are missing or not mm. Place of the first voxel and directions of the axes: a warning
// (position_assumed). Errors: malformed, inconsistent, unsupported, out_of_range; with the file.
Result<std::vector<InputWarning>> check_volume_header(const std::filesystem::path& file,
                                                      ImageFormat format);

}  // namespace trocar
