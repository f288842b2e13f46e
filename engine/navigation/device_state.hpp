#pragma once
#include <cstdint>
#include <optional>

#include "engine/data/event.hpp"
#include "engine/data/guidance.hpp"
#include "engine/navigation/navigator_config.hpp"

namespace trocar {

// What the navigator knows of its device and of its own punctuality. plain: one thread.
// An alert or fault stays until the link has been set up anew (LinkChanged to tracking): the device
// tells when it happens, not when it is over. Lost values and lateness degrade for `hold`.
class DeviceState {
 public:
  explicit DeviceState(const NavigatorConfig& config) : config_(&config) {}

  void on(const LinkChanged& change, Timestamp now);
  void on(const Gap& gap, Timestamp now);
  void on(const DeviceAlert& alert);
  // Whether the frame's time can be believed; when not, its poses must not be used (H18).
  bool on(const TrackerFrame& frame, Timestamp now);
  // A body's time ran backwards.
  void distrust_clock() { clock_valid_ = false; }

  // What the source says, and lost when frames have stopped although it says tracking (H1).
  [[nodiscard]] Link link(Timestamp now) const;
  [[nodiscard]] bool clock_valid() const { return clock_valid_; }
  [[nodiscard]] std::optional<Degraded> degraded(Timestamp now) const;
  [[nodiscard]] bool is_late(Timestamp now) const { return within_hold(late_at_, now); }
  [[nodiscard]] std::uint64_t lost_frames() const { return lost_frames_; }

 private:
  [[nodiscard]] bool within_hold(const std::optional<Timestamp>& at, Timestamp now) const {
    return at && now - *at < config_->hold;
  }
  const NavigatorConfig* config_;
  Link link_ = Link::connecting;
  Timestamp heard_{};  // last frame, or the begin of tracking
  std::uint64_t lost_frames_ = 0;
  std::optional<Timestamp> lost_at_;
  std::optional<Timestamp> late_at_;
  bool alerted_ = false;
  bool clock_valid_ = true;
};

}  // namespace trocar
