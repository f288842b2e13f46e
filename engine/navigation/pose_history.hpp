#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "engine/base/time.hpp"
#include "engine/data/tracker_frame.hpp"

namespace trocar {

// What a device said of one body at one exposure.
struct PoseSample {
  Timestamp acquired{};
  Duration acquired_bound{};
  std::variant<Missing, MarkerPose> pose = Missing::not_seen;
  std::uint32_t device_frame = 0;
};

// A pose at the asked instant.
struct PoseAt {
  MarkerPose pose;
  Duration acquired_bound;  // of the worse neighbour
  bool interpolated;        // between two neighbours, not measured (H16)
};

// Why there is none.
enum class NoPose : std::uint8_t {
  no_sample,  // none reaches back to that instant
  missing,    // a neighbour is a loss: the device did not see the body then
  gap,        // the neighbours are too far away
  not_yet,    // later than the newest sample; may be answered when the next arrives
};

// The recent poses of one body, by time of exposure. plain: one thread; fixed size, no allocation.
class PoseHistory {
 public:
  static constexpr std::size_t capacity = 128;

  // An exposure is measured once: a second sample of the newest instant changes nothing. An older
  // one is refused (false): the device's time may not run backwards.
  bool add(const PoseSample& sample);

  // The pose at exactly `t` (same exposure), or between the two samples around `t` when both are
  // valid and each at most `max_gap` away. Never extrapolates.
  [[nodiscard]] std::variant<NoPose, PoseAt> at(Timestamp t, Duration max_gap) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  // The n-th sample backwards from the newest (0). n < size().
  [[nodiscard]] const PoseSample& back(std::size_t n) const {
    return samples_[(next_ + 2 * capacity - 1 - n) % capacity];
  }
  void clear() { size_ = 0; }

 private:
  std::array<PoseSample, capacity> samples_{};
  std::size_t next_ = 0;
  std::size_t size_ = 0;
};

}  // namespace trocar
