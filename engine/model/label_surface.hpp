#pragma once
#include <cstdint>

#include "engine/base/result.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "engine/model/ct_volume.hpp"

namespace trocar {

struct LabelSurface {
  TriangleMesh mesh;  // closed, manifold, wound outward: has passed check_mesh
  // Standard deviation that the raster alone gives the surface: the true boundary lies anywhere
  // between two slices, evenly: slice spacing / sqrt(12), mm. The coarsest axis counts.
  double raster_sigma_mm;
};

// Turns the voxels with this value into a surface: discrete flying edges on the label padded by one
// voxel (so that it closes at the border of the volume), smoothed by a windowed sinc, each vertex
// held within half a voxel of where the raster put it. All parts are kept, islands and cavities
// too: dropping one would hide tissue. Parts too small to survive smoothing keep their raster
// shape. Errors: not_found (no such voxel), malformed (what check_mesh says). plain.
Result<LabelSurface> make_label_surface(const LabelVolume& labels, std::uint16_t value);

}  // namespace trocar
