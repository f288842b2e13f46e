#pragma once
#include "engine/data/event.hpp"
#include "engine/registration/ct_bone_model.hpp"
#include "engine/registration/ct_registration.hpp"

namespace trocar {

// Where the reference lies in an intraoperative scan, and how that is known: spheres on its plate
// or the scanner's tracked pose.
struct ReferenceInScan {
  Transform<Reference, Intraop> reference_from_intraop;
  PoseCovariance<Reference> covariance;
  double fre_mm = 0;  // RMS of the spheres; 0 for a pose that the scanner states
};

// One vertebra's registration to the tracker through the scan that shows both:
//   preop_from_reference = preop_from_intraop * reference_from_intraop^-1.
// Its covariance is that of the chain (independent errors), about the bone's centre; its region are
// the places of the bone that lie farthest out. `more`: others of the same scan follow.
Registration through_scan(VertebraId vertebra, const CtRegistration& bone, const BoneModel& model,
                          const ReferenceInScan& reference, bool more);

}  // namespace trocar
