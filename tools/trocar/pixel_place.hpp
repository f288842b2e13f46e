#pragma once
#include "engine/base/result.hpp"
#include "tools/trocar/pixel_layout.hpp"

namespace trocar {

// In which file the pixels of a sequence are, from where on, and how they are packed: what a header
// says of it, into `layout`. Errors as those of pixel_layout_of().
Status take_pixel_place(const SequenceHeader& header, PixelLayout& layout);
// The words for yes and no of MetaImage; nothing for others.
std::optional<bool> truth_of(std::string_view word);

}  // namespace trocar
