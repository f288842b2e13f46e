#pragma once
#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"

namespace trocar {

// Whether the surface bounds a volume: indices in range, finite, every edge shared by exactly two
// triangles in opposite directions, no non-manifold vertex, every component wound outward (an inner
// cavity inward). The error (Code::malformed) says what is wrong and where: counts, and the first
// place in mm. An open or inverted surface would flip the sign of the distance (H23).
Status check_mesh(const TriangleMesh& mesh);

}  // namespace trocar
