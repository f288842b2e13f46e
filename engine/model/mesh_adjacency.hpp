#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "engine/data/triangle_mesh.hpp"

namespace trocar {

// Half-edge 3 t + k runs from corner k to corner k + 1 of triangle t.
using HalfEdge = std::uint32_t;
constexpr HalfEdge no_half_edge = std::numeric_limits<HalfEdge>::max();

// Which half-edge lies against which, and what kept some from having a partner.
struct MeshAdjacency {
  std::vector<HalfEdge> opposite;  // no_half_edge where there is no single, opposite partner
  std::size_t edges = 0;
  std::size_t open = 0;            // edges of one triangle
  std::size_t shared_by_more = 0;  // edges of three or more
  std::size_t same_direction = 0;  // edges of two triangles wound against each other
  std::optional<HalfEdge> first_open;
  std::optional<HalfEdge> first_shared_by_more;
  std::optional<HalfEdge> first_same_direction;
};

// Corners of a half-edge, as indices into vertices_mm.
inline std::uint32_t from_corner(const TriangleMesh& mesh, HalfEdge h) {
  return mesh.triangles[h / 3][h % 3];
}
inline std::uint32_t to_corner(const TriangleMesh& mesh, HalfEdge h) {
  return mesh.triangles[h / 3][(h % 3 + 1) % 3];
}

// Every index of the mesh must be in range. Linear in the number of triangles.
MeshAdjacency find_adjacency(const TriangleMesh& mesh);

}  // namespace trocar
