#include "engine/model/surface_parts.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <numeric>
#include <vector>

namespace trocar {

std::vector<std::uint32_t> connected_parts(std::span<const std::array<std::uint32_t, 3>> triangles,
                                           std::size_t vertices) {
  std::vector<std::uint32_t> part(vertices);
  std::iota(part.begin(), part.end(), 0U);
  const auto root = [&](std::uint32_t v) {
    while (part[v] != v) v = part[v] = part[part[v]];
    return v;
  };
  for (const auto& t : triangles) {
    part[root(t[1])] = root(t[0]);
    part[root(t[2])] = root(t[0]);
  }
  for (std::uint32_t v = 0; v < part.size(); ++v) part[v] = root(v);
  return part;
}

int count_parts(const TriangleMesh& mesh) {
  const auto parts = connected_parts(mesh.triangles, mesh.vertices_mm.size());
  std::vector<double> volume(parts.size(), 0.0);
  for (const auto& t : mesh.triangles) {
    const std::uint32_t part = parts[t[0]];
    const Eigen::Vector3d& o = mesh.vertices_mm[part];  // near, for the digits
    volume[part] += (mesh.vertices_mm[t[0]] - o)
                        .dot((mesh.vertices_mm[t[1]] - o).cross(mesh.vertices_mm[t[2]] - o));
  }
  return static_cast<int>(
      std::count_if(volume.begin(), volume.end(), [](double v) { return v > 0; }));
}

int count_islands(const PlaneGrid& grid, std::span<const float> distance) {
  const auto width = static_cast<std::size_t>(grid.width);
  std::vector<bool> seen(distance.size(), false);
  std::vector<std::size_t> open;
  const auto visit = [&](std::size_t i) {
    if (seen[i] || distance[i] >= 0) return;
    seen[i] = true;
    open.push_back(i);
  };
  int islands = 0;
  for (std::size_t start = 0; start < distance.size(); ++start) {
    visit(start);
    if (open.empty()) continue;
    ++islands;
    while (!open.empty()) {
      const std::size_t i = open.back();
      open.pop_back();
      if (i % width > 0) visit(i - 1);
      if (i % width + 1 < width) visit(i + 1);
      if (i >= width) visit(i - width);
      if (i + width < distance.size()) visit(i + width);
    }
  }
  return islands;
}

}  // namespace trocar
