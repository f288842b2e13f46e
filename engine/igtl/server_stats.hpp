#pragma once
#include <array>
#include <atomic>
#include <cstddef>

#include "engine/base/counter.hpp"
#include "engine/base/latency_histogram.hpp"
#include "engine/igtl/refusal.hpp"

namespace trocar {

// thread-safe: what happened at the server since its start.
struct ServerStats {
  std::atomic<std::size_t> clients{0};
  Counter accepted;
  Counter closed_by_peer;  // or broken
  std::array<Counter, refusal_count> refused;
  Counter queries;  // answered
  Counter commands;
  Counter ticks;    // guidance sent
  Counter skipped;  // offers replaced by newer ones: the client's pace, or a slow client
  Counter slowed;   // a client that fell behind got a longer pace
  Counter bytes_sent;
  Counter values_refused;              // at the last gate: not finite
  Counter state_lines_lost;            // the ring was full before the network thread came
  LatencyHistogram hand_over_to_sent;  // Guidance::now to the last client's send

  [[nodiscard]] Counter& of(Refusal why) { return refused[static_cast<std::size_t>(why)]; }
  [[nodiscard]] const Counter& of(Refusal why) const {
    return refused[static_cast<std::size_t>(why)];
  }
};

}  // namespace trocar
