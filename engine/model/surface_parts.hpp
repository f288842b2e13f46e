#pragma once
#include <span>

#include "engine/data/triangle_mesh.hpp"
#include "engine/model/slice_distance.hpp"

namespace trocar {

// Parts that a closed surface bounds, each by itself; cavities, wound inward, are none.
int count_parts(const TriangleMesh& mesh);

// Islands of a slice: places with a negative distance that hang together, by their sides.
int count_islands(const PlaneGrid& grid, std::span<const float> distance);

}  // namespace trocar
