#pragma once
#include <variant>

#include "engine/navigation/navigation_model.hpp"
#include "engine/navigation/navigator_config.hpp"
#include "engine/navigation/tip_error.hpp"

namespace trocar {

// Previous answers for one tool and one structure: only make the next ones faster.
struct ClearanceHints {
  SurfaceDistance::Hint tip;
  SurfaceDistance::Hint shaft;
};

// One instrument at one instant, as distances are asked for it.
struct InstrumentPose {
  const UncertainTip<Preop>& tip;
  double shaft_length_mm;
  double shaft_radius_mm;
  double from_region_mm;  // of the tip: from the hull of the points that were registered
  std::size_t levels;     // from the vertebra that carries the reference
};

// Tip and shaft against one structure. Bounds: 1.96 standard deviations along the direction of the
// nearest surface point, of pose, tip, registration, surface and level distance together.
// The zone is left at clear: it has a memory, see zone_state.
std::variant<Withheld, StructureDistance> measure(const InstrumentPose& instrument,
                                                  const NavigatedStructure& structure,
                                                  const ErrorLimits& limits, ClearanceHints& hints);

// Covariance that `levels` from the reference add to any point: the spine between them is not
// rigid. mm^2, isotropic. docs/decisions/0034.
Eigen::Matrix3d level_covariance(std::size_t levels, const ErrorLimits& limits);

}  // namespace trocar
