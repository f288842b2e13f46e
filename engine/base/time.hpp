#pragma once
#include <chrono>
#include <cstdint>

namespace trocar {

// Session time: nanoseconds since the session began. It has no now(): only a TimeSource can say it,
// and the core gets it as an argument, so that a replay sees the times the live engine saw.
struct SessionClock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<SessionClock>;
  static constexpr bool is_steady = true;
};
using Timestamp = SessionClock::time_point;
using Duration = SessionClock::duration;

inline double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
inline double milliseconds_of(Duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}
inline Duration duration_from_ms(double ms) {
  return Duration(static_cast<std::int64_t>(ms * 1e6));
}

// thread-safe: now() may be called from any thread.
class TimeSource {
 public:
  TimeSource() = default;
  TimeSource(const TimeSource&) = delete;
  TimeSource& operator=(const TimeSource&) = delete;
  virtual ~TimeSource() = default;
  [[nodiscard]] virtual Timestamp now() const = 0;
};

// Live time: the host's monotonic clock, zero when the object is made. Wall-clock jumps do not
// reach it (H18).
class SteadyTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override {
    return Timestamp(std::chrono::steady_clock::now() - began_);
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Test time: moves only when told to. plain: one thread.
class ManualTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override { return now_; }
  void advance(Duration d) { now_ += d; }

 private:
  Timestamp now_{};
};

template <class T>
struct Stamped {
  T value;
  Timestamp acquired;  // mid exposure: device clock mapped to session time
  Timestamp received;  // when the last byte reached this host
};

}  // namespace trocar
