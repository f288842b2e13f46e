#pragma once
#include <optional>
#include <string_view>

#include "engine/data/image_frame.hpp"

namespace trocar {

// What MetaImage ("MET_UCHAR") and NRRD ("unsigned char", "uint8", ...) call the numbers of a
// pixel; nothing for those that an image of a session cannot hold.
std::optional<PixelType> metaimage_type(std::string_view name);
std::optional<PixelType> nrrd_type(std::string_view name);

}  // namespace trocar
