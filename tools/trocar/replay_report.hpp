#pragma once
#include <optional>

#include "engine/runtime/recompute.hpp"
#include "engine/runtime/replay.hpp"

namespace trocar {

// One way through a session, and what came of it.
struct Played {
  explicit Played(Replay& r) : replay(r), recompute(r.setup()) {}
  Replay& replay;
  Recompute recompute;
  std::optional<Timestamp> first;
  Timestamp last{};
  double took_s = 0;
  [[nodiscard]] double session_s() const { return first ? seconds(last - *first) : 0; }
};

// What came of it, on stdout: one JSON object, or text for a person. `recomputed`: with what the
// registrations came to when they were run again.
void print_json(const Played& played, bool recomputed);
void print_text(const Played& played, bool recomputed);

}  // namespace trocar
