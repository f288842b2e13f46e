#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "engine/model/mesh_adjacency.hpp"
#include "engine/model/surface_tree.hpp"

namespace trocar::surface {
namespace {

using Eigen::Vector3d;

Vector3d corner(const TriangleMesh& mesh, std::uint32_t t, std::size_t k) {
  return mesh.vertices_mm[mesh.triangles[t][k % 3]];
}

// Unit normal, or zero where the height of the triangle is lost in the rounding of its corners.
Vector3d normal_of(const TriangleMesh& mesh, std::uint32_t t, double radius_mm) {
  const Vector3d ab = corner(mesh, t, 1) - corner(mesh, t, 0);
  const Vector3d ac = corner(mesh, t, 2) - corner(mesh, t, 0);
  const Vector3d n = ab.cross(ac);
  const double longest = std::max({ab.norm(), ac.norm(), (ac - ab).norm()});
  const double twice_area = n.norm();
  if (!(twice_area > 1e-9 * radius_mm * longest)) return Vector3d::Zero();
  return n / twice_area;
}

double angle_at(const TriangleMesh& mesh, std::uint32_t t, std::size_t k) {
  const Vector3d to_next = corner(mesh, t, k + 1) - corner(mesh, t, k);
  const Vector3d to_last = corner(mesh, t, k + 2) - corner(mesh, t, k);
  return std::atan2(to_next.cross(to_last).norm(), to_next.dot(to_last));
}

}  // namespace

// Baerentzen & Aanaes, IEEE Trans. Vis. Comput. Graph. 11(3), 2005: the sign of a distance is the
// side of the angle-weighted pseudonormal of the nearest feature.
void add_normals(const TriangleMesh& mesh, SurfaceTree& tree) {
  const auto count = static_cast<std::uint32_t>(mesh.triangles.size());
  std::vector<Vector3d> normals(count);
  tree.vertex_normals.assign(mesh.vertices_mm.size(), Vector3d::Zero());
  tree.doubtful.assign(mesh.vertices_mm.size(), 0);
  for (std::uint32_t t = 0; t < count; ++t) {
    normals[t] = normal_of(mesh, t, tree.radius_mm);
    const bool without = normals[t].isZero(0.0);
    tree.any_doubtful = tree.any_doubtful || without;
    for (std::size_t k = 0; k < 3; ++k) {
      const std::uint32_t v = mesh.triangles[t][k];
      tree.vertex_normals[v] += angle_at(mesh, t, k) * normals[t];
      if (without) tree.doubtful[v] = 1;
    }
  }
  for (Vector3d& n : tree.vertex_normals) {
    if (!n.isZero(0.0)) n.normalize();
  }

  const MeshAdjacency adjacency = find_adjacency(mesh);
  std::vector<std::uint32_t> slot_of(count);
  for (std::uint32_t slot = tree.slots(); slot-- > 0;) slot_of[tree.records[slot].triangle] = slot;
  tree.neighbours.resize(tree.slots());
  tree.face_normals.resize(tree.slots());
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    const std::uint32_t t = tree.records[slot].triangle;
    tree.face_normals[slot] = normals[t];
    for (std::uint32_t k = 0; k < 3; ++k) {
      tree.neighbours[slot][k] = slot_of[adjacency.opposite[3 * t + k] / 3];
    }
  }
}

}  // namespace trocar::surface
