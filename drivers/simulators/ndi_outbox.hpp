#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "drivers/simulators/ndi_fault.hpp"

namespace trocar {

// Which exposure a tracking reply reports: for benchmarks and tests.
struct TrackingMark {
  std::uint32_t frame = 0;
  Duration exposure{};
};

// Bytes to write at `due`; the marks of the tracking replies that end with them.
struct NdiOutput {
  Duration due{};
  std::vector<std::byte> bytes;
  std::vector<TrackingMark> marks;
};

// The wire between device and host: replies in order, with what goes wrong on the way. plain.
class NdiOutbox {
 public:
  // Bytes per second of the line; 0: as fast as the host takes them.
  void set_speed(double bytes_per_s) { bytes_per_s_ = bytes_per_s; }

  // Gives the time its last byte leaves.
  Duration send(std::vector<std::byte> reply, Duration due, std::optional<TrackingMark> mark,
                NdiFaults& faults);
  std::optional<NdiOutput> take(Duration now);
  [[nodiscard]] std::optional<Duration> next_due() const;
  void clear();

 private:
  void pace(NdiOutput reply, const std::optional<Fault>& split, double bytes_per_s);
  std::deque<NdiOutput> pieces_;
  std::optional<NdiOutput> held_;  // glued replies waiting to leave together
  Duration last_due_{};
  double bytes_per_s_ = 0;
};

}  // namespace trocar
