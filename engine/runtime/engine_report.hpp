#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "engine/igtl/guidance_server.hpp"
#include "engine/runtime/engine.hpp"

// What a running engine says of itself to its keepers: counters since the start and the state now.
// No patient's name, no pose. Pure.
namespace trocar {

// What the intake of scans turned away, by the word for it.
using IntakeCounts = std::map<std::string, std::uint64_t>;

// Text exposition format 0.0.4 of Prometheus; times in seconds.
std::string metrics_text(const EngineMetrics& engine, const ServerStats& server,
                         const IntakeCounts& intake = {});

// One JSON object: program, stream (the heartbeat's words), clients, refused, intake_refused,
// latency_us.
std::string state_json(const EngineMetrics& engine, const ServerStats& server,
                       const StreamView& view, const IntakeCounts& intake = {});

}  // namespace trocar
