#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/data/triangle_mesh.hpp"
#include "engine/model/slice_distance.hpp"

namespace trocar {

// For each of so many vertices the one that stands for all that triangles connect with it.
std::vector<std::uint32_t> connected_parts(std::span<const std::array<std::uint32_t, 3>> triangles,
                                           std::size_t vertices);

// Parts that a closed surface bounds, each by itself; cavities, wound inward, are none.
int count_parts(const TriangleMesh& mesh);

// Islands of a slice: places with a negative distance that hang together, by their sides.
int count_islands(const PlaneGrid& grid, std::span<const float> distance);

}  // namespace trocar
