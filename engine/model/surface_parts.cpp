#include "engine/model/surface_parts.hpp"

#include <Eigen/Geometry>
#include <algorithm>
#include <vector>

namespace trocar {

int count_parts(const TriangleMesh& mesh) {
  std::vector<std::uint32_t> up(mesh.vertices_mm.size());
  for (std::uint32_t i = 0; i < up.size(); ++i) up[i] = i;
  const auto root = [&](std::uint32_t i) {
    while (up[i] != i) i = up[i] = up[up[i]];
    return i;
  };
  for (const auto& t : mesh.triangles) {
    up[root(t[1])] = root(t[0]);
    up[root(t[2])] = root(t[0]);
  }
  std::vector<double> volume(up.size(), 0.0);
  for (const auto& t : mesh.triangles) {
    const std::uint32_t part = root(t[0]);
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
