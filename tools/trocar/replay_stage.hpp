#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

#include "engine/base/result.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "engine/navigation/navigator.hpp"
#include "engine/runtime/session_setup.hpp"

namespace trocar {

// Recorded time, as it passes for the display clients: `speed` times as fast as it did.
// thread-safe.
class PlayerTime final : public TimeSource {
 public:
  PlayerTime(Timestamp from, double speed) : from_(from), speed_(speed) {}
  [[nodiscard]] Timestamp now() const override;
  void wait_until(Timestamp t) const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Timestamp from_;
  double speed_;
};

// A replay before its displays: they see what they would see of a live engine. plain: one thread.
class ReplayStage {
 public:
  ReplayStage(Timestamp from, double speed) : time_(from, speed) {}
  ReplayStage(const ReplayStage&) = delete;
  ReplayStage& operator=(const ReplayStage&) = delete;
  ~ReplayStage();
  // Serves on this port of this host, 0: any free one; which it is.
  Result<std::uint16_t> open(const SessionSetup& setup, std::uint16_t port);
  // What the navigator says; whoever calls waited until it is time for it.
  void show(const Navigator& navigator, bool was_published);

 private:
  Latest<Guidance> newest_;
  StateLineRing lines_;
  Signal published_;
  PlayerTime time_;
  std::unique_ptr<GuidanceServer> server_;
};

}  // namespace trocar
