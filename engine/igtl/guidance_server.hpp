#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/latest.hpp"
#include "engine/base/result.hpp"
#include "engine/base/ring.hpp"
#include "engine/base/signal.hpp"
#include "engine/data/guidance.hpp"
#include "engine/data/image_frame.hpp"
#include "engine/data/state_line.hpp"
#include "engine/igtl/recording_control.hpp"
#include "engine/igtl/server_config.hpp"
#include "engine/igtl/server_stats.hpp"
#include "engine/igtl/stream_scene.hpp"
#include "engine/igtl/wall_clock.hpp"

namespace trocar {

using StateLineRing = Ring<StateLine, 64>;

// One display client as `trocar status` shows it.
struct ClientView {
  std::string peer;
  std::uint16_t version = 1;
  double pace_ms = 0;  // between two guidances, at least
  std::uint64_t skipped = 0;
  bool tracking = false;  // asked for TDATA
};
// The stream as `trocar status` shows it. hand-over: the server writes it at each heartbeat.
struct StreamView {
  std::string heartbeat;  // the words of the STATUS
  std::vector<ClientView> clients;
};

// What the server streams; must outlive it. Others write `newest`, `state_lines` and `images` (one
// writer each) and then ring `wake`; the server's thread is the one reader. `remarks` and `view` it
// writes itself: refused clients for the log, and who is there. Pointers may be nullptr.
struct ServerInputs {
  Latest<Guidance>& newest;
  StateLineRing& state_lines;
  Signal& wake;
  const TimeSource& time;
  WallClock wall;
  Latest<ImageFrame>* images = nullptr;  // for clients that asked (STT_IMAGE)
  StateLineRing* remarks = nullptr;
  Latest<StreamView>* view = nullptr;
  RecordingControl* recording = nullptr;  // no session is kept
};

// Streams guidance to display clients and answers their questions. One network thread owns every
// client: header version 1 until that client has spoken version 2; a new client first gets the
// structures, the heartbeat and the current guidance; a client that does not read skips guidance
// and is closed after stall_limit, without ever getting half a message followed by something else.
// When the navigator falls silent every number is withheld (too_old), within silent_after of its
// last word. start() and stop() from one thread; port() and stats() from any.
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
