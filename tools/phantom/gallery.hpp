#pragma once
#include <filesystem>

#include "tools/phantom/phantom.hpp"
#include "tools/phantom/volume.hpp"

namespace trocar::phantom {

// Pictures to look at: spine.png (from behind, left, oblique, front), lesion_level.png, slices.png.
Status write_gallery(const Patient& patient, const Volume<std::int16_t>& ct,
                     const std::vector<NamedMesh>& meshes, const std::filesystem::path& folder);

}  // namespace trocar::phantom
