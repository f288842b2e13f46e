#pragma once
#include <cstdint>
#include <filesystem>

#include "engine/base/result.hpp"
#include "engine/model/image_format.hpp"

namespace trocar {

// Whether a volume file holds all `voxel_bytes` of its voxels (as not compressed). ITK's readers of
// MetaImage and NIfTI fill what is missing with zeros and report success. Errors: malformed,
// unsupported (NIfTI as a pair of files).
Status check_whole(const std::filesystem::path& file, ImageFormat format,
                   std::uint64_t voxel_bytes);

}  // namespace trocar
