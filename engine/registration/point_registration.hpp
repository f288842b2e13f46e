#pragma once
#include <span>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/base/result.hpp"
#include "engine/data/event.hpp"
#include "engine/model/plan.hpp"
#include "engine/registration/rigid_fit.hpp"

namespace trocar {

// Limits of point registration. All from configuration, none has a default: see decisions 0021 to
// 0023 for what to weigh.
struct PointRegistrationConfig {
  // Localisation error of one touched fiducial as a whole (pointer, touch, marking in the CT): RMS
  // length of the 3-D error.
  double fle_rms_mm;
  double max_fre_mm;            // a fit above it is broken; one below it may still be wrong
  double max_leave_one_out_mm;  // each point, predicted by a fit of the others
  // Another labelling must fit worse than the given one by at least this RMS.
  double swap_margin_mm;
  double min_spacing_mm;   // closer fiducials count as one touched twice
  double min_off_line_mm;  // RMS distance of the fiducials from their best line
};
PointRegistrationConfig read_point_registration(const ConfigReader& in);

struct PointRegistrationResult {
  // The covariance is that of the configured FLE; of the estimated one where the residuals show
  // that the configured one is too small (chi-square, 95 %).
  RigidFit<Preop, Reference> fit;
  double fle_used_mm;
  std::vector<double> leave_one_out_mm;  // per point: off from where the others predict it
};

// Can these fiducials serve at all? What can be said before the patient is touched: count (4 or
// more), finite, spacing, not on a line (also with any one left out), no symmetry.
Status check_fiducials(const PointRegistrationConfig& config, std::span<const Fiducial> fiducials);

// Registers touched points to the plan's fiducials, touched[i] being fiducials[i], and refuses
// what cannot be trusted (H15, H17), naming labels: what check_fiducials refuses, not finite,
// implausible size (metres), a labelling that another one rivals or beats, FRE or leave-one-out
// error over the limit.
Result<PointRegistrationResult> register_points(const PointRegistrationConfig& config,
                                                std::span<const Point<Reference>> touched,
                                                std::span<const Fiducial> fiducials);

// The event that registers the spine as one rigid body: points on the skin or on several vertebrae
// cannot tell these apart. At most max_touched fiducials.
Registration registration_of(const PointRegistrationResult& result,
                             std::span<const Fiducial> fiducials);

}  // namespace trocar
