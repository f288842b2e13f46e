#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "drivers/simulators/ndi_server.hpp"
#include "engine/runtime/engine.hpp"

namespace trocar::bench {

struct RoomLoad {
  std::size_t tools;  // instruments; the reference comes on top
  double rate_hz;
};

using Surfaces = std::vector<std::shared_ptr<const TriangleMesh>>;
// Three tumours of 50,000 triangles, side by side.
Surfaces three_surfaces();

// The whole engine as `trocar run` makes it, on a simulated tracker and registered from the start:
// the instruments wander round the structures. Nothing is left out on the way of a pose.
class LatencyRoom {
 public:
  // Exposure to the instant its last byte is due, without jitter.
  static constexpr Duration device_latency = std::chrono::milliseconds(4);

  // Throws std::runtime_error.
  // `session`: where the recorder writes; empty: nothing is recorded.
  LatencyRoom(const RoomLoad& load, const Surfaces& surfaces, NdiServerHooks hooks,
              const std::filesystem::path& session = {});
  LatencyRoom(const LatencyRoom&) = delete;
  LatencyRoom& operator=(const LatencyRoom&) = delete;
  ~LatencyRoom();

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const EngineMetrics& engine() const { return engine_->metrics(); }
  [[nodiscard]] const ServerStats& server() const { return server_->stats(); }

 private:
  SteadyTime time_;
  Latest<Guidance> newest_;
  StateLineRing lines_;
  StateLineRing to_log_;
  Signal published_;
  std::unique_ptr<NdiServer> tracker_;
  std::unique_ptr<GuidanceServer> server_;
  std::unique_ptr<Engine> engine_;
};

// Of the instrument whose messages are the last of a guidance.
std::string name_of_tool(std::size_t index);

}  // namespace trocar::bench
