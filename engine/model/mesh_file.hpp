#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"

namespace trocar {

// In which patient axes a file's coordinates are written.
enum class Space : std::uint8_t { lps, ras };
std::string_view to_string(Space space);

// The "SPACE=LPS" or "SPACE=RAS" that 3D Slicer writes into headers and comments, in upper or lower
// case; nothing when the text has none. Errors: malformed (another space, or both).
Result<std::optional<Space>> find_space(std::string_view header);

// Reads STL (binary or text), OBJ, PLY or VTP, told apart by the extension, into Preop LPS mm.
// STL, OBJ and PLY polygons are split as fans: they must be convex.
// `stated` is the space the plan states: required when the file does not say it, and must agree
// when it does. Identical vertices are merged, polygons triangulated. RAS to LPS turns the mesh
// half round its z axis: the winding stays. Errors name the file: malformed, unsupported,
// not_found, inconsistent (spaces), out_of_range (extents no anatomy in mm has). Whether the
// surface is closed is check_mesh's business. plain: VTK's messages are collected while it runs, so
// one at a time.
Result<TriangleMesh> read_mesh(const std::filesystem::path& file, std::optional<Space> stated);

}  // namespace trocar
