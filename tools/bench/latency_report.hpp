#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

#include "tools/bench/latency_room.hpp"
#include "tools/bench/quantiles.hpp"

namespace trocar::bench {

// What the engine does beside navigation.
enum class Beside : std::uint8_t { nothing, recording, registering };

struct LatencyCase {
  RoomLoad load;
  std::size_t clients;
  double seconds;
  Beside beside = Beside::nothing;
  std::filesystem::path folder{};  // of the recording, or of the scan
};

// Where the time went, as the running engine itself counts it: any of its metrics, since its start.
struct StageQuantiles {
  double published_p50_us = 0, published_p99_us = 0;  // bytes received to guidance handed over
  double sent_p50_us = 0, sent_p99_us = 0;            // navigator's `now` to the last client's send
};

struct LatencyRow {
  LatencyCase asked;
  std::size_t reply_bytes = 0;
  std::size_t answer_bytes = 0;
  std::size_t frames = 0;    // replies written while it was measured
  std::size_t skipped = 0;   // of frames x clients: no guidance with numbers came of that exposure
  std::size_t withheld = 0;  // messages without their numbers: the engine itself was too late
  Quantiles intended_us;     // from when the last byte was due
  Quantiles written_us;      // from when it was handed to the system
  Quantiles relay_us;
  StageQuantiles stages;
  double session_mb = 0;  // recorded
  int scans = 0;          // registered meanwhile
};

void print_head();
void print(const LatencyRow& row);
nlohmann::json to_json(const LatencyRow& row);

}  // namespace trocar::bench
