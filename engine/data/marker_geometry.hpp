#pragma once
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/transform.hpp"

namespace trocar {

// Marker distances that agree within this could be taken for each other: docs/decisions/0004.
inline constexpr double look_alike_mm = 1.5;

// The markers of one tool in its own axes, as its tool definition says.
struct MarkerGeometry {
  std::string tool;
  std::vector<Point<Marker>> markers;
};

// Refuses tools a tracker could take for each other (H5): three markers of one whose distances
// match those of three markers of another, each within tolerance_mm. Three are enough, because a
// tracker that sees only those three reports a pose; three points and their mirror image have the
// same distances, so mirrored tools are refused too. Also refuses a tool with fewer than 3 markers
// or a number that is not finite. Names the tools and the distances.
Status check_distinct(std::span<const MarkerGeometry> tools, double tolerance_mm = look_alike_mm);

}  // namespace trocar
