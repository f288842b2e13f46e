#pragma once
#include <filesystem>

#include "engine/base/result.hpp"

namespace trocar::phantom {

// The marker bodies of the demonstration as tool files: reference.rom, needle.rom, pointer.rom.
// Four markers each; no two bodies, nor two pairs within one, have alike distances. Errors: io.
Status write_marker_tools(const std::filesystem::path& folder);

}  // namespace trocar::phantom
