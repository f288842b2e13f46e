#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/counter.hpp"
#include "engine/base/latency_histogram.hpp"
#include "engine/base/latest.hpp"
#include "engine/base/result.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/guidance.hpp"
#include "engine/data/state_line.hpp"
#include "engine/data/triangle_mesh.hpp"
#include "engine/igtl/server_config.hpp"
#include "engine/igtl/stream_names.hpp"
#include "engine/igtl/wall_clock.hpp"

namespace trocar {

using StateLineRing = Ring<StateLine, 64>;

// What the server streams; must outlive it. Others write `newest` and `state_lines` (one writer
// each) and then ring `wake`; the server's thread is the one reader of all three.
struct ServerInputs {
  Latest<Guidance>& newest;
  StateLineRing& state_lines;
  Signal& wake;
  const TimeSource& time;
  WallClock wall;
};

// What is in the scene: names checked by StreamNames, and the surface of each structure in the
// order of names.structures (nullptr: a structure without a surface).
struct StreamScene {
  StreamNames names;
  std::vector<std::shared_ptr<const TriangleMesh>> surfaces;
  std::vector<std::string> warnings{};  // of the input gate, `issue=... text=...`
};

// thread-safe: what happened since the start.
struct ServerStats {
  std::atomic<std::size_t> clients{0};
  Counter accepted;
  Counter refused_full;      // more than max_clients
  Counter closed_by_peer;    // or broken
  Counter closed_stalled;    // took no byte for stall_limit, or let too much news wait
  Counter closed_malformed;  // sent what is no OpenIGTLink
  Counter inbound_dropped;   // messages nobody here listens to: the stream is read-only (H24)
  Counter ticks;             // guidance sent
  Counter skipped;           // offers replaced by newer ones because a client was slow
  Counter bytes_sent;
  Counter values_refused;              // at the last gate: not finite
  Counter state_lines_lost;            // the ring was full before this thread came
  LatencyHistogram hand_over_to_sent;  // Guidance::now to the last client's send
};

// Streams guidance to display clients. One network thread owns every client: header version 1 until
// that client has spoken version 2; a new client first gets the structures, the heartbeat and the
// current guidance; a client that does not read skips guidance and is closed after stall_limit,
// without ever getting half a message followed by something else. When the navigator falls silent
// every number is withheld (too_old), within silent_after of its last word. start() and stop() from
// one thread; port() and stats() from any.
class GuidanceServer {
 public:
  // Errors: config (bind is no address), io (port taken, no permission).
  static Result<std::unique_ptr<GuidanceServer>> start(const ServerConfig& config,
                                                       StreamScene scene, ServerInputs inputs);
  GuidanceServer(const GuidanceServer&) = delete;
  GuidanceServer& operator=(const GuidanceServer&) = delete;
  ~GuidanceServer();  // stops

  void stop();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const ServerStats& stats() const;

 private:
  class Network;
  explicit GuidanceServer(std::unique_ptr<Network> network);
  std::unique_ptr<Network> network_;
};

}  // namespace trocar
