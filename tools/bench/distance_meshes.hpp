#pragma once
#include "engine/data/triangle_mesh.hpp"

namespace trocar::bench {

// A closed lobulated tumour, about 34 x 38 x 29 mm, of 20 frequency^2 triangles.
TriangleMesh lobulated_tumour(int frequency);

// A closed vertebra-like surface with body, canal, pedicles, laminae and processes, about 29,000
// triangles: marching cubes over a blend of simple solids.
TriangleMesh vertebra();

}  // namespace trocar::bench
