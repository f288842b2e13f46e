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
  bool shown = false;    // anything from --from on
  bool stopped = false;  // by Ctrl-C or a person, before the end
  [[nodiscard]] double session_s() const { return first ? seconds(last - *first) : 0; }
};

struct Verdict;

// What is told of it besides: with what the registrations came to when they were run again, and
// what --verify comes to.
struct Report {
  bool recomputed = false;
  const Verdict* verdict = nullptr;
};

// What came of it, on stdout: one JSON object, or text for a person.
void print_json(const Played& played, const Report& report);
void print_text(const Played& played, const Report& report);

}  // namespace trocar
