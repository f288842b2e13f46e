#include "engine/model/mesh_check.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "engine/base/fixed_number.hpp"
#include "engine/model/mesh_adjacency.hpp"
#include "engine/model/mesh_orientation.hpp"

namespace trocar {
namespace {

std::string place_of(const Eigen::Vector3d& p) {
  return "first at (" + fixed_number(p.x(), 3) + ", " + fixed_number(p.y(), 3) + ", " +
         fixed_number(p.z(), 3) + ") mm";
}

Error refuse(std::string detail) {
  return {Code::malformed,
          "expected a closed, manifold surface wound outward, found " + std::move(detail)};
}

Eigen::Vector3d middle_of(const TriangleMesh& mesh, HalfEdge h) {
  return 0.5 * (mesh.vertices_mm[from_corner(mesh, h)] + mesh.vertices_mm[to_corner(mesh, h)]);
}

Status check_numbers(const TriangleMesh& mesh) {
  if (mesh.triangles.empty()) return refuse("no triangle at all");
  if (mesh.triangles.size() > (no_half_edge - 1) / 3) return refuse("more than 2^32 edges");
  for (std::size_t v = 0; v < mesh.vertices_mm.size(); ++v) {
    const Eigen::Vector3d& p = mesh.vertices_mm[v];
    if (!p.allFinite() || p.cwiseAbs().maxCoeff() > 1e6) {
      return refuse("vertex " + std::to_string(v) + " not a number within 1e6 mm");
    }
  }
  for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
    const auto& corners = mesh.triangles[t];
    for (const std::uint32_t v : corners) {
      if (v < mesh.vertices_mm.size()) continue;
      return refuse("triangle " + std::to_string(t) + " that names vertex " + std::to_string(v) +
                    " of " + std::to_string(mesh.vertices_mm.size()));
    }
    if (corners[0] == corners[1] || corners[1] == corners[2] || corners[2] == corners[0]) {
      return refuse("triangle " + std::to_string(t) + " that names a vertex twice, " +
                    place_of(mesh.vertices_mm[corners[0]]));
    }
  }
  return Done{};
}

Status check_edges(const TriangleMesh& mesh, const MeshAdjacency& adjacency) {
  const auto report = [&](std::size_t count, const char* what, HalfEdge first) {
    return refuse(std::to_string(count) + " of " + std::to_string(adjacency.edges) + " edges " +
                  what + ", " + place_of(middle_of(mesh, first)));
  };
  if (adjacency.first_shared_by_more) {
    return report(adjacency.shared_by_more, "shared by more than two triangles",
                  *adjacency.first_shared_by_more);
  }
  if (adjacency.first_open) {
    return report(adjacency.open, "open (only one triangle)", *adjacency.first_open);
  }
  if (adjacency.first_same_direction) {
    return report(adjacency.same_direction, "between triangles wound against each other",
                  *adjacency.first_same_direction);
  }
  return Done{};
}

// In a closed, oriented mesh each vertex is surrounded by one fan of triangles; where two fans meet
// in one vertex (a bow tie) the pseudonormal of the vertex has no meaning.
Status check_vertices(const TriangleMesh& mesh, const MeshAdjacency& adjacency) {
  std::vector<std::uint32_t> uses(mesh.vertices_mm.size(), 0);
  for (const auto& corners : mesh.triangles) {
    for (const std::uint32_t v : corners) ++uses[v];
  }
  std::vector<std::uint32_t> fan(mesh.vertices_mm.size(), 0);
  for (HalfEdge start = 0; start < adjacency.opposite.size(); ++start) {
    std::uint32_t& size = fan[from_corner(mesh, start)];
    if (size != 0) continue;
    HalfEdge h = start;
    do {
      ++size;
      const HalfEdge into = 3 * (h / 3) + (h % 3 + 2) % 3;  // the side that ends in this vertex
      h = adjacency.opposite[into];
    } while (h != start);
  }
  std::size_t bow_ties = 0;
  std::optional<std::size_t> first;
  for (std::size_t v = 0; v < uses.size(); ++v) {
    if (fan[v] == uses[v]) continue;
    ++bow_ties;
    if (!first) first = v;
  }
  if (!first) return Done{};
  return refuse(std::to_string(bow_ties) + " of " + std::to_string(uses.size()) +
                " vertices where two fans of triangles touch (bow tie), " +
                place_of(mesh.vertices_mm[*first]));
}

Status check_orientation(const TriangleMesh& mesh, const MeshAdjacency& adjacency) {
  const std::vector<MeshComponent> components = find_components(mesh, adjacency);
  const auto report = [&](const char* what, auto bad) -> Status {
    const auto first = std::find_if(components.begin(), components.end(), bad);
    if (first == components.end()) return Done{};
    const auto count = std::count_if(components.begin(), components.end(), bad);
    const std::uint32_t corner = mesh.triangles[first->first_triangle].front();
    return refuse(std::to_string(count) + " of " + std::to_string(components.size()) + " parts " +
                  what + ", " + place_of(mesh.vertices_mm[corner]));
  };
  Status flat = report("folded flat: they enclose no volume",
                       [](const MeshComponent& c) { return c.encloses_nothing(); });
  if (!flat) return flat;
  return report("wound inside out (a cavity must be wound inward, all else outward)",
                [](const MeshComponent& c) { return !c.wound_as_it_should(); });
}

}  // namespace

Status check_mesh(const TriangleMesh& mesh) {
  if (Status numbers = check_numbers(mesh); !numbers) return numbers;
  const MeshAdjacency adjacency = find_adjacency(mesh);
  if (Status edges = check_edges(mesh, adjacency); !edges) return edges;
  if (Status vertices = check_vertices(mesh, adjacency); !vertices) return vertices;
  return check_orientation(mesh, adjacency);
}

}  // namespace trocar
