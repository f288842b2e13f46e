#pragma once
#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "engine/model/contour_stack.hpp"

namespace trocar {

struct ContourSurface {
  TriangleMesh mesh;  // closed, manifold, wound outward: has passed check_mesh
  // Standard deviation that the slices alone give the surface: spacing / sqrt(12), mm. Between two
  // slices nobody drew anything.
  double raster_sigma_mm;
  // Parts of the surface, and the most islands that a slice shows. More parts than islands: the
  // structure came apart between slices, because one is missing or because its outlines move
  // sideways by more than their width.
  int parts, most_islands;
};

// Shape-based interpolation (Raya, Udupa 1990; Herman, Zheng, Bucholtz 1992): the signed distance
// in each slice, interpolated from slice to slice, and its zero surface. Beyond the last slice of a
// part the surface bulges by half a slice. Parts that are too small for the grid (a fraction of a
// mm) vanish, as long as something stays. Errors: not_found (nothing is inside), out_of_range (a
// structure larger than any in a spine), malformed (what check_mesh says). plain.
Result<ContourSurface> make_contour_surface(const ContourStack& stack);

}  // namespace trocar
