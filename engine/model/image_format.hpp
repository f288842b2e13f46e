#pragma once
#include <cstdint>
#include <filesystem>

#include "engine/base/result.hpp"

namespace trocar {

enum class ImageFormat : std::uint8_t { dicom_folder, nrrd, meta_image, nifti };

// By content; the extension decides only where the content is packed (.nii.gz) or is plain text
// without a mark (.mha, .mhd). Errors: not_found, unsupported.
Result<ImageFormat> detect_image_format(const std::filesystem::path& path);

}  // namespace trocar
