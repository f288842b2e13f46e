#pragma once
#include <string>

#include "engine/igtl/guidance_server.hpp"
#include "engine/runtime/engine.hpp"

// What a running engine says of itself to its keepers: counters since the start and the state now.
// No patient's name, no pose. Pure.
namespace trocar {

// Text exposition format 0.0.4 of Prometheus; times in seconds.
std::string metrics_text(const EngineMetrics& engine, const ServerStats& server);

// One JSON object: program, stream (the heartbeat's words), clients, refused, latency_us.
std::string state_json(const EngineMetrics& engine, const ServerStats& server,
                       const StreamView& view);

}  // namespace trocar
