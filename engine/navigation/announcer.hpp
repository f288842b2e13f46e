#pragma once
#include <optional>

#include "engine/base/bounded.hpp"
#include "engine/base/time.hpp"
#include "engine/data/state_line.hpp"

namespace trocar {

// The lines one step may say. A change that finds no room is said by the next step.
using StateLines = Bounded<StateLine, 16>;

// Says a state when it has changed, and at most once per `hold`: a tool at the edge of view must
// not flood the log (H19). Whatever holds at the end of the hold is said then. plain: one thread.
template <class State>
class Announcer {
 public:
  explicit Announcer(State initial) : said_(initial) {}

  [[nodiscard]] bool is_due(const State& now_is, Timestamp now, Duration hold) const {
    return now_is != said_ && (!said_at_ || now - *said_at_ >= hold);
  }
  void said(const State& state, Timestamp now) {
    said_ = state;
    said_at_ = now;
  }
  [[nodiscard]] const State& last() const { return said_; }

 private:
  State said_;
  std::optional<Timestamp> said_at_;
};

}  // namespace trocar
