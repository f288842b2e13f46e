#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/model/mesh_parsers.hpp"

// STL, OBJ and PLY: what is taken has finite vertices and triangles of vertices that exist.
namespace {

using trocar::mesh_parsers::RawMesh;

void check(const trocar::Result<RawMesh>& parsed) {
  if (!parsed) return;
  const trocar::TriangleMesh& mesh = parsed.value().mesh;
  for (const auto& v : mesh.vertices_mm) {
    if (!v.allFinite()) std::abort();
  }
  for (const auto& t : mesh.triangles) {
    for (const std::uint32_t corner : t) {
      if (corner >= mesh.vertices_mm.size()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  check(trocar::mesh_parsers::parse_stl(bytes));
  check(trocar::mesh_parsers::parse_obj(bytes));
  check(trocar::mesh_parsers::parse_ply(bytes));
  return 0;
}
