#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.hpp"

// What can go wrong at a simulated tracker, and when. Times count from the device's power-up.
namespace trocar {

enum class FaultKind : std::uint8_t {
  occlusion,      // `tool`, or only `markers` of it, cannot be seen
  out_of_volume,  // `tool` lies outside the measurement volume
  bad_fit,        // markers of `tool` are displaced by `amount` mm, against each other
  button,         // `amount` is the mask of pressed switches of `tool`
  unplug,         // `tool` is unplugged; plugged in again at the end
  bad_crc,        // replies carry a wrong CRC
  cut,            // replies stop half way
  silence,        // commands get no reply
  glued,          // replies wait `amount` ms and leave in one piece
  split,          // replies leave byte by byte, `amount` ms apart
  slow_link,      // at most `amount` bytes per second
  disconnect,     // the connection is closed; new ones are refused until the end
  frame_jump,     // from then on frame numbers are `amount` off
  clock_freeze,   // frame numbers and device time stand still
  clock_drift,    // device time runs `amount` ppm fast
  alert,          // one alert of `type` and `code`
  system_status,  // the bits `code` of the system status are set
};
std::optional<FaultKind> fault_kind(std::string_view name);
std::string_view name_of(FaultKind kind);

inline constexpr Duration forever = Duration::max();

struct Fault {
  FaultKind kind = FaultKind::silence;
  Duration from{};
  Duration until = forever;
  std::string tool{};
  std::vector<int> markers{};  // counted from 1; empty: all
  double amount = 0;
  int type = 1;  // 0 fault, 1 alert, 2 event
  int code = 0;
  int at_most = 0;  // replies it may touch; 0: every one in its time
  int touched = 0;
};

// What the faults of one instant do to the sight of one tool.
struct Disturbance {
  bool hidden = false;
  std::uint32_t hidden_markers = 0;  // bit 0 is marker 1
  bool out_of_volume = false;
  double displacement_mm = 0;
  unsigned pressed = 0;
};

// The script of faults, and those a test injects while the device runs. plain: one thread.
class NdiFaults {
 public:
  void add(Fault fault) { faults_.push_back(std::move(fault)); }
  void clear() { faults_.clear(); }
  // Every scripted fault happens this much later.
  void delay(Duration by);

  [[nodiscard]] bool active(FaultKind kind, Duration at) const { return find(kind, at) != nullptr; }
  [[nodiscard]] bool unplugged(std::string_view tool, Duration at) const;
  [[nodiscard]] Disturbance disturbance(std::string_view tool, Duration at) const;
  // For faults that touch replies: the fault, counted against its at_most.
  std::optional<Fault> touch(FaultKind kind, Duration at);

  [[nodiscard]] std::int64_t frame_offset(Duration at) const;
  // The instant whose clock the device shows: earlier than `at` while frozen.
  [[nodiscard]] Duration shown_instant(Duration at) const;
  // Nanoseconds the device clock is fast at `at` because of drift faults.
  [[nodiscard]] Duration clock_gain(Duration at) const;
  [[nodiscard]] unsigned system_status(Duration at) const;
  // Faults that begin in (after, upto], and when the next one begins or ends.
  [[nodiscard]] std::vector<Fault> beginning(Duration after, Duration upto) const;
  [[nodiscard]] std::optional<Duration> next_change(Duration after) const;

 private:
  [[nodiscard]] const Fault* find(FaultKind kind, Duration at) const;
  std::vector<Fault> faults_;
};

}  // namespace trocar
