#include "engine/navigation/tip_check.hpp"

namespace trocar {

TipCheck::Outcome TipCheck::on_dwell(const Point<Reference>& tip, Timestamp at,
                                     const TipCheckConfig& config) {
  const double offset_mm = distance_mm(tip, config.divot);
  if (!(offset_mm <= config.capture_mm)) return Outcome::elsewhere;
  offset_mm_ = offset_mm;
  failed_ = offset_mm > config.limit_mm;
  if (failed_) {
    passed_at_.reset();
    return Outcome::failed;
  }
  passed_at_ = at;
  return Outcome::passed;
}

std::optional<Withheld> TipCheck::doubt(const TipCheckConfig& config, Timestamp now) const {
  if (failed_) return Withheld::tip_check_failed;
  if (!config.required) return std::nullopt;
  if (!passed_at_) return Withheld::tip_not_checked;
  if (now - *passed_at_ > config.max_age) return Withheld::tip_check_expired;
  return std::nullopt;
}

}  // namespace trocar
