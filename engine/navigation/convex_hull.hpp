#pragma once
#include <span>

#include "engine/base/transform.hpp"

namespace trocar {

// Distance of `p` from the convex hull of three or more points, zero inside. Right for points in a
// plane or on a line, too. No allocation. Should it ever not settle, the answer is too large.
double distance_from_hull_mm(std::span<const Point<Preop>> points, const Point<Preop>& p);

}  // namespace trocar
