#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/igtl/guidance_server.hpp"

namespace trocar::bench {

using Clock = std::chrono::steady_clock;

// When each pose of a run was due; its number travels as the x of the tip.
class Schedule {
 public:
  Schedule(double rate_hz, std::size_t poses, Clock::time_point begin)
      : period_(std::chrono::duration_cast<Clock::duration>(
            std::chrono::duration<double>(1 / rate_hz))),
        poses_(poses),
        begin_(begin) {}
  [[nodiscard]] Clock::time_point due(std::size_t pose) const {
    return begin_ + period_ * static_cast<Clock::rep>(pose);
  }
  [[nodiscard]] std::size_t poses() const { return poses_; }

 private:
  Clock::duration period_;
  std::size_t poses_;
  Clock::time_point begin_;
};

// Our server with a navigator that says one tool's pose when it is due.
class Stage {
 public:
  explicit Stage(ServerConfig config);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { server_->stop(); }

  // Blocks until the last pose was said.
  void play(const Schedule& schedule);
  void publish(std::size_t pose);
  void publish_image(const ImageFrame& frame);
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] const ServerStats& stats() const { return server_->stats(); }

 private:
  Latest<Guidance> newest_;
  Latest<ImageFrame> images_;
  StateLineRing lines_;
  Signal wake_;
  SteadyTime time_;
  std::unique_ptr<GuidanceServer> server_;
};

// A client of ours on its own thread: tells the number of each pose once its last message is
// decoded.
class OurReader {
 public:
  using OnPose = std::function<void(std::size_t pose, Clock::time_point at)>;
  // `each`: how long it takes for a message. With `images` it asks for them.
  OurReader(std::uint16_t port, OnPose on_pose, bool images = false,
            Clock::duration each = Clock::duration(0));
  OurReader(const OurReader&) = delete;
  OurReader& operator=(const OurReader&) = delete;
  ~OurReader();
  [[nodiscard]] bool broke() const { return broke_; }

 private:
  std::atomic<bool> ended_{false};
  std::atomic<bool> broke_{false};
  std::thread thread_;
};

}  // namespace trocar::bench
