#pragma once
#include "engine/base/transform.hpp"
#include "engine/data/guidance.hpp"
#include "engine/model/plan.hpp"

namespace trocar {

// How the tool's axis and tip lie to the plan. entry_mm and target_mm are distances of points from
// the tool's *axis*; only depth speaks of the tip, and none of them is the tip's distance to a
// structure, which stays a number of its own (H12). The plan's entry and target differ.
TrajectoryError trajectory_error(const Transform<Preop, Tip>& preop_from_tip,
                                 const PlannedTrajectory& plan);

}  // namespace trocar
