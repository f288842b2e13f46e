#pragma once
#include <Eigen/Geometry>
#include <functional>

#include "engine/data/triangle_mesh.hpp"

namespace trocar::phantom {

using Field = std::function<double(const Eigen::Vector3d&)>;

// The zero surface of `field` inside `box` (preop, mm), from a grid of `step_mm`, the largest
// connected piece, vertices moved onto the surface and rounded to float. The field must be positive
// on the box's border; closed and wound outward then. `field` is called from several threads.
TriangleMesh mesh_of(const Field& field, const Eigen::AlignedBox3d& box, double step_mm);

}  // namespace trocar::phantom
