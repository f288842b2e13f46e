#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/time.hpp"

// Maps a device's own time (a frame counter times its period, or the time stamp of BX2) to session
// time. The wall clock of this host is never asked (H18).
namespace trocar {

struct DeviceClockConfig {
  Duration latency{};          // mid exposure to last byte, of the fastest replies of this set-up
  Duration latency_bound{};    // how well that is known
  double max_drift_ppm = 200;  // crystals: 20 to 100
  Duration max_step = Duration(5'000'000);  // earlier than possible by more: the clock jumped
};

struct DeviceTime {
  Timestamp acquired{};
  Duration bound{};  // |true - acquired| is at most this; DeviceClock::unknown when not yet known
};

// Lower envelope of (device time, received): transport can only delay a reply, so the fastest
// replies show the clock and the others only jitter. The convex hull below the fastest reply of
// each slice of time gives offset and rate. A least-squares fit would be late by the mean delay.
// Assumes delays whose excess over the fastest is spread no worse than exponentially.
// plain: one thread; no allocation.
class DeviceClock {
 public:
  static constexpr Duration unknown = std::chrono::seconds(1);

  enum class State : std::uint8_t { settling, steady, drifting };

  explicit DeviceClock(const DeviceClockConfig& config) : config_(config) {}

  // device_ns of each reply in order. Going backward, or a reply before its exposure could have
  // been answered, restarts the fit (restarts()) and the bound is unknown again.
  DeviceTime map(std::int64_t device_ns, Timestamp received);

  // Another instant of the device, by the fit as it stands: an older exposure in the same reply.
  [[nodiscard]] DeviceTime at(std::int64_t device_ns, Timestamp received) const;

  // Forgets everything: the device was restarted.
  void restart();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }
  [[nodiscard]] double drift_ppm() const { return slope_ * 1e6; }

 private:
  // The fastest reply of one slice: device time and delay, both against the first reply.
  struct Slice {
    double device_s = 0;
    double delay_s = 0;
    std::size_t count = 0;
  };
  static constexpr std::size_t capacity = 24;

  void begin(std::int64_t device_ns, Timestamp received);
  void add(double device_s, double delay_s);
  void fit();
  void limit_slope(const Slice& a, const Slice& b);
  [[nodiscard]] double jitter_of_fastest_s() const;
  [[nodiscard]] double line_at(double device_s) const;
  [[nodiscard]] double bound_at(double device_s) const;

  DeviceClockConfig config_;
  std::array<Slice, capacity> slices_{};  // oldest first
  std::size_t size_ = 0;
  std::size_t samples_ = 0;
  std::int64_t first_device_ns_ = 0;
  std::int64_t last_device_ns_ = 0;
  Timestamp first_received_{};
  double jitter_s_ = 0;  // mean excess over the envelope
  double slope_ = 0;
  double base_device_s_ = 0;  // the line goes through (base_device_s_, base_delay_s_)
  double base_delay_s_ = 0;
  double support_s_ = 0;           // device time between the two replies that carry the line
  std::size_t support_count_ = 0;  // fewest samples behind one of them
  State state_ = State::settling;
  std::uint64_t restarts_ = 0;
};

}  // namespace trocar
