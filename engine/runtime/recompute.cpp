#include "engine/runtime/recompute.hpp"

#include <algorithm>

#include "engine/runtime/registration_worker.hpp"

namespace trocar {

void Recompute::take(const Step& step, const Navigator& navigator) {
  const bool is_result = std::holds_alternative<Registration>(step.event) ||
                         std::holds_alternative<RegistrationRefused>(step.event);
  if (is_result && today_) {
    compare(step, *today_);
    today_.reset();
  } else if (is_result) {
    ++without_inputs_;
  }
  if (const LandmarksCollected* landmarks = navigator.landmarks()) {
    today_ = register_landmarks(setup_.registration, setup_.plan.fiducials, *landmarks);
  }
}

void Recompute::compare(const Step& recorded, const Event& today) {
  const auto* was = std::get_if<Registration>(&recorded.event);
  const auto* is = std::get_if<Registration>(&today);
  Recomputed r{recorded.sequence, was != nullptr, is != nullptr, 0, 0, 0};
  if (was != nullptr && is != nullptr) {
    const auto change = is->preop_from_reference * was->preop_from_reference.inverse();
    for (const Fiducial& f : setup_.plan.fiducials) {
      r.shift_mm = std::max(r.shift_mm, ((change * f.position).mm - f.position.mm).norm());
    }
    r.turn_rad = Eigen::AngleAxisd(change.matrix().linear()).angle();
    r.fre_difference_mm = is->fre_mm - was->fre_mm;
  }
  all_.push_back(r);
}

}  // namespace trocar
