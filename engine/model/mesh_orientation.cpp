#include "engine/model/mesh_orientation.hpp"

#include <Eigen/Geometry>
#include <cmath>
#include <limits>
#include <numbers>

namespace trocar {
namespace {

struct Part {
  std::vector<std::uint32_t> triangles;
  Eigen::AlignedBox3d box;
};

std::vector<Part> split_into_parts(const TriangleMesh& mesh, const MeshAdjacency& adjacency) {
  std::vector<Part> parts;
  std::vector<bool> seen(mesh.triangles.size(), false);
  std::vector<std::uint32_t> open;
  for (std::uint32_t seed = 0; seed < mesh.triangles.size(); ++seed) {
    if (seen[seed]) continue;
    Part& part = parts.emplace_back();
    seen[seed] = true;
    open.push_back(seed);
    while (!open.empty()) {
      const std::uint32_t t = open.back();
      open.pop_back();
      part.triangles.push_back(t);
      for (std::uint32_t k = 0; k < 3; ++k) {
        part.box.extend(mesh.vertices_mm[mesh.triangles[t][k]]);
        const std::uint32_t neighbour = adjacency.opposite[3 * t + k] / 3;
        if (seen[neighbour]) continue;
        seen[neighbour] = true;
        open.push_back(neighbour);
      }
    }
  }
  return parts;
}

// Relative to a corner of the part, so that a part far from the origin loses no digits. Below the
// rounding error of the sum it is zero: a part folded flat encloses nothing.
double volume_of(const TriangleMesh& mesh, const Part& part) {
  const Eigen::Vector3d origin = part.box.min();
  double six_volumes = 0.0;
  double rounding = 0.0;
  for (const std::uint32_t t : part.triangles) {
    const auto& [a, b, c] = mesh.triangles[t];
    const Eigen::Vector3d pa = mesh.vertices_mm[a] - origin;
    const Eigen::Vector3d pb = mesh.vertices_mm[b] - origin;
    const Eigen::Vector3d pc = mesh.vertices_mm[c] - origin;
    six_volumes += pa.dot(pb.cross(pc));
    rounding += pa.norm() * pb.norm() * pc.norm();
  }
  rounding *= 8.0 * std::numeric_limits<double>::epsilon();
  return std::abs(six_volumes) <= rounding ? 0.0 : six_volumes / 6.0;
}

bool lies_in(const TriangleMesh& mesh, const Part& part, const Eigen::Vector3d& place) {
  if (!part.box.contains(place)) return false;
  double angle = 0.0;
  for (const std::uint32_t t : part.triangles) {
    const auto& [a, b, c] = mesh.triangles[t];
    angle += solid_angle(place, mesh.vertices_mm[a], mesh.vertices_mm[b], mesh.vertices_mm[c]);
  }
  return std::abs(angle) > 2.0 * std::numbers::pi;
}

}  // namespace

double solid_angle(const Eigen::Vector3d& from, const Eigen::Vector3d& a, const Eigen::Vector3d& b,
                   const Eigen::Vector3d& c) noexcept {
  const Eigen::Vector3d ra = a - from;
  const Eigen::Vector3d rb = b - from;
  const Eigen::Vector3d rc = c - from;
  const double la = ra.norm();
  const double lb = rb.norm();
  const double lc = rc.norm();
  const double numerator = ra.dot(rb.cross(rc));
  const double denominator = la * lb * lc + ra.dot(rb) * lc + ra.dot(rc) * lb + rb.dot(rc) * la;
  return 2.0 * std::atan2(numerator, denominator);
}

std::vector<MeshComponent> find_components(const TriangleMesh& mesh,
                                           const MeshAdjacency& adjacency) {
  const std::vector<Part> parts = split_into_parts(mesh, adjacency);
  std::vector<MeshComponent> components;
  components.reserve(parts.size());
  for (const Part& part : parts) {
    const Eigen::Vector3d& place = mesh.vertices_mm[mesh.triangles[part.triangles.front()].front()];
    std::size_t inside_of = 0;
    for (const Part& other : parts) {
      if (&other != &part && lies_in(mesh, other, place)) ++inside_of;
    }
    components.push_back({part.triangles.front(), volume_of(mesh, part), inside_of});
  }
  return components;
}

}  // namespace trocar
