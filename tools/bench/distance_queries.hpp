#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/model/surface_distance.hpp"

namespace trocar::bench {

// Where the instrument is: its tip, and its shaft backwards from it.
using Poses = std::vector<Shaft>;

// 60 Hz approach, contact and penetration, again and again from other sides, 0.1 mm jitter.
Poses trajectory(const TriangleMesh& mesh, std::size_t n);
// Anywhere within the box of the mesh grown by 20 mm.
Poses anywhere(const TriangleMesh& mesh, std::size_t n);
// Within 5 mm of a random place of the surface.
Poses near_surface(const TriangleMesh& mesh, std::size_t n);

}  // namespace trocar::bench
