#pragma once
#include <optional>

#include "engine/data/guidance.hpp"
#include "engine/navigation/navigator_config.hpp"

namespace trocar {

// Whether one instrument's tip has been seen where its calibration says it is: held still in a
// divot of known place on the reference body (H5). A wrong definition, a swapped tool or a bent tip
// shows as an offset there. plain: one thread.
class TipCheck {
 public:
  enum class Outcome : std::uint8_t { elsewhere, passed, failed };

  // The tip was held still at `tip`, measured in the reference until `at`. Elsewhere: not near the
  // divot, nothing changes.
  Outcome on_dwell(const Point<Reference>& tip, Timestamp at, const TipCheckConfig& config);

  // Why the tool may not be used; nullopt: it may. A failed check counts even where none is
  // required, and holds until one passes.
  [[nodiscard]] std::optional<Withheld> doubt(const TipCheckConfig& config, Timestamp now) const;

  // Of the last attempt, mm.
  [[nodiscard]] double offset_mm() const { return offset_mm_; }

 private:
  std::optional<Timestamp> passed_at_;
  bool failed_ = false;
  double offset_mm_ = 0;
};

}  // namespace trocar
