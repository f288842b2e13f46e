#pragma once
#include <cstddef>
#include <vector>

#include "engine/data/triangle_mesh.hpp"
#include "engine/model/mesh_adjacency.hpp"

namespace trocar {

// A part of a mesh connected through edges, and whether it is wound as its place demands: outward
// when it lies in an even number of the others, inward (an inner cavity) when in an odd number.
struct MeshComponent {
  std::uint32_t first_triangle;
  double volume_mm3;      // signed: positive when wound outward
  std::size_t inside_of;  // number of other components around it
  [[nodiscard]] bool encloses_nothing() const { return volume_mm3 == 0.0; }
  [[nodiscard]] bool wound_as_it_should() const {
    return inside_of % 2 == 0 ? volume_mm3 > 0.0 : volume_mm3 < 0.0;
  }
};

// The mesh must be closed: every half-edge has its opposite.
std::vector<MeshComponent> find_components(const TriangleMesh& mesh,
                                           const MeshAdjacency& adjacency);

// Solid angle of a triangle seen from a place, sr, signed: positive when seen from its inner side.
// van Oosterom & Strackee, IEEE Trans. Biomed. Eng. 30, 1983, eq. 8.
double solid_angle(const Eigen::Vector3d& from, const Eigen::Vector3d& a, const Eigen::Vector3d& b,
                   const Eigen::Vector3d& c) noexcept;

}  // namespace trocar
