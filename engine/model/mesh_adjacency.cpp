#include "engine/model/mesh_adjacency.hpp"

#include <algorithm>
#include <array>

namespace trocar {
namespace {

// One undirected edge seen from one triangle: `high` is the larger of its two vertices.
struct Side {
  std::uint32_t high;
  HalfEdge half_edge;
};

std::uint32_t low_corner(const TriangleMesh& mesh, HalfEdge h) {
  return std::min(from_corner(mesh, h), to_corner(mesh, h));
}

// The first place is the one of the lowest half-edge, whatever order edges are met in.
void note(std::optional<HalfEdge>& first, HalfEdge h) {
  if (!first || h < *first) first = h;
}

// `sides` are all sides of one edge.
void pair_sides(const TriangleMesh& mesh, const Side* begin, const Side* end, MeshAdjacency& out) {
  ++out.edges;
  const HalfEdge first = begin->half_edge;
  if (end - begin == 1) {
    ++out.open;
    note(out.first_open, first);
    return;
  }
  if (end - begin > 2) {
    ++out.shared_by_more;
    note(out.first_shared_by_more, first);
    return;
  }
  const HalfEdge second = begin[1].half_edge;
  if (from_corner(mesh, first) == from_corner(mesh, second)) {
    ++out.same_direction;
    note(out.first_same_direction, first);
    return;
  }
  out.opposite[first] = second;
  out.opposite[second] = first;
}

}  // namespace

MeshAdjacency find_adjacency(const TriangleMesh& mesh) {
  const auto count = static_cast<HalfEdge>(3 * mesh.triangles.size());
  MeshAdjacency out;
  out.opposite.assign(count, no_half_edge);
  // Sides are gathered by their lower vertex (a counting sort), then by the higher one.
  std::vector<std::uint32_t> begin(mesh.vertices_mm.size() + 1, 0);
  for (HalfEdge h = 0; h < count; ++h) ++begin[low_corner(mesh, h) + 1];
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  std::vector<Side> sides(count);
  std::vector<std::uint32_t> next(begin.begin(), begin.end() - 1);
  for (HalfEdge h = 0; h < count; ++h) {
    const std::uint32_t high = std::max(from_corner(mesh, h), to_corner(mesh, h));
    sides[next[low_corner(mesh, h)]++] = {high, h};
  }
  for (std::size_t v = 0; v + 1 < begin.size(); ++v) {
    Side* at = sides.data() + begin[v];
    Side* const end = sides.data() + begin[v + 1];
    std::stable_sort(at, end, [](const Side& a, const Side& b) { return a.high < b.high; });
    while (at != end) {
      Side* same = at;
      while (same != end && same->high == at->high) ++same;
      pair_sides(mesh, at, same, out);
      at = same;
    }
  }
  return out;
}

}  // namespace trocar
