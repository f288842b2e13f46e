#pragma once
#include <filesystem>
#include <string>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"

// The parts of read_mesh, one per format. Vertices as in the file; errors without the file's name.
namespace trocar::mesh_parsers {

struct RawMesh {
  TriangleMesh mesh;   // indices in range, numbers finite; vertices not merged
  std::string header;  // where a SPACE may stand: header, comments, field data
};

Result<RawMesh> parse_stl(const std::string& bytes);
Result<RawMesh> parse_obj(const std::string& text);
Result<RawMesh> parse_ply(const std::string& bytes);
Result<RawMesh> read_vtp(const std::filesystem::path& file);  // VTK

}  // namespace trocar::mesh_parsers
