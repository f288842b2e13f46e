#pragma once
#include "engine/model/surface_distance.hpp"
#include "engine/model/surface_geometry.hpp"
#include "engine/model/surface_tree.hpp"

// The queries behind SurfaceDistance, on plain vectors in mm.
namespace trocar::surface {

// Axis and surface closer than this are taken to touch: the search for the deepest place follows.
constexpr double touching_mm = 1e-7;

struct NearestPoint {
  double signed_mm;
  Eigen::Vector3d closest;
  Eigen::Vector3d normal;
  std::uint32_t slot;
  Feature feature;
};

// `first_slot` gives the first bound; any number will do.
NearestPoint nearest_point(const SurfaceTree& tree, const Eigen::Vector3d& p,
                           std::uint32_t first_slot) noexcept;

struct PlaceOnSegment {
  NearestPoint nearest;
  double at_mm = 0;
};

// The place of the segment with the smallest signed distance. Outside the surface: exact. Where it
// enters: the deepest, to 1e-6 mm.
PlaceOnSegment lowest_place(const SurfaceTree& tree, const Segment& segment,
                            std::uint32_t first_slot) noexcept;

// The deepest of a segment of which `known` is a place in or on the surface. Gives back `known`
// when no other is deeper.
PlaceOnSegment deepest_place(const SurfaceTree& tree, const Segment& segment,
                             const PlaceOnSegment& known) noexcept;

}  // namespace trocar::surface
