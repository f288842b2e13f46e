#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/data/event.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/runtime/session_setup.hpp"
#include "engine/session/recorded.hpp"

namespace trocar {

// A registration as it was recorded, and as today's code makes it of the same recorded touches.
struct Recomputed {
  std::uint64_t sequence = 0;  // of the recorded result
  bool was_accepted = false;   // by the registration itself; the record has a Registration
  bool is_accepted = false;    // the same, today
  // When both: the greatest distance between the two at a fiducial, mm; the angle between them,
  // rad; today's FRE minus the recorded one, mm.
  double shift_mm = 0;
  double turn_rad = 0;
  double fre_difference_mm = 0;
};

// Runs the registrations of a replay again. plain: one thread.
class Recompute {
 public:
  explicit Recompute(const SessionSetup& setup) : setup_(setup) {}  // must outlive it
  // After each step of the replay.
  void take(const Step& step, const Navigator& navigator);
  [[nodiscard]] const std::vector<Recomputed>& all() const { return all_; }
  // Registrations whose touches are not in the record: known at start, from a file.
  [[nodiscard]] std::uint64_t without_inputs() const { return without_inputs_; }

 private:
  void compare(const Step& recorded, const Event& today);

  const SessionSetup& setup_;
  std::optional<Event> today_;  // of the touches collected last
  std::vector<Recomputed> all_;
  std::uint64_t without_inputs_ = 0;
};

}  // namespace trocar
