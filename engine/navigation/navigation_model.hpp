#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/plan.hpp"
#include "engine/model/surface_distance.hpp"

namespace trocar {

// A structure of the plan, ready to be asked for distances.
struct NavigatedStructure {
  std::string id;
  VertebraId vertebra;
  Zones zones;
  double surface_sigma_mm;
  SurfaceDistance surface;
};

// What the navigator needs of the plan: built once, then only read.
struct NavigationModel {
  std::vector<std::string> vertebrae;  // names, cranial to caudal
  VertebraId reference_vertebra;       // carries the reference
  std::vector<NavigatedStructure> structures;
  std::optional<PlannedTrajectory> trajectory;
  std::vector<Fiducial> fiducials;
};

// Error: the reference's vertebra is not in the plan, too many of something, or a surface that has
// no sign (H23).
Result<NavigationModel> build_navigation_model(const Plan& plan,
                                               const std::string& reference_vertebra);

}  // namespace trocar
