#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "drivers/device_clock.hpp"
#include "drivers/ndi_framing.hpp"
#include "drivers/ndi_tracking.hpp"
#include "engine/data/source.hpp"

namespace trocar {

// How tracking replies are asked for and read.
enum class NdiPoll : std::uint8_t { tx, bx, bx2 };

// Which port handles the device gave out, and which tool of the configuration each one is.
struct NdiHandles {
  std::array<bool, 256> known{};
  std::array<std::optional<ToolId>, 256> tool{};
};

// From a complete tracking reply to TrackerFrames in the outbox: the path between last byte and
// hand-over, without allocation, lock or log. Bodies of different exposures go into different
// frames (H2, H16); an exposure that was reported before is not published again (H1).
// plain: the driver's thread.
class NdiPublisher {
 public:
  enum class Outcome : std::uint8_t {
    published,
    nothing_new,
    ports_changed,  // published what there was; a tool was plugged in or out
    garbled,        // not understood, nothing published: see error()
  };

  NdiPublisher(const DeviceClockConfig& clock, double frame_hz, SourceOutbox& outbox);

  // A new session with the device: which handles there are, how replies look.
  void begin(const NdiHandles& handles, NdiPoll poll, unsigned options);
  Outcome take(const NdiReply& reply, Timestamp received);

  [[nodiscard]] const Error& error() const { return error_; }
  [[nodiscard]] const DeviceClock& clock() const { return clock_; }

 private:
  struct LastSeen {
    std::uint32_t frame = 0;
    std::optional<std::int64_t> device_ns;
    NdiState state = NdiState::not_reported;
  };

  bool parse(const NdiReply& reply);
  [[nodiscard]] bool handles_known() const;
  [[nodiscard]] bool is_news(const NdiBody& body) const;
  [[nodiscard]] std::int64_t device_time(const NdiBody& body) const;
  std::size_t publish_frames(Timestamp received);
  bool publish_exposure(std::int64_t device_ns, Timestamp received);
  bool publish_switched_off(Timestamp received);
  bool add(const NdiBody& body, TrackerFrame& frame);
  bool report_alerts();
  void report_strays(Timestamp received);

  DeviceClock clock_;
  double frame_hz_;
  SourceOutbox& outbox_;
  NdiHandles handles_;
  NdiPoll poll_ = NdiPoll::bx;
  unsigned options_ = 0;
  std::unique_ptr<NdiTracking> tracking_;
  std::unique_ptr<SourceEvent> event_;  // reused: a frame is some kilobytes
  std::array<LastSeen, 256> last_{};
  std::array<std::uint8_t, 256> switches_{};
  std::optional<std::int64_t> newest_ns_;
  std::optional<std::uint16_t> system_status_;
  // Markers that belong to no tool: the most in one reply since `strays_since_`, and what was told.
  Timestamp strays_since_{};
  unsigned strays_seen_ = 0;
  unsigned strays_told_ = 0;
  Error error_{Code::malformed, {}};
};

}  // namespace trocar
