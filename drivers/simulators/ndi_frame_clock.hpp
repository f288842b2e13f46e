#pragma once
#include <cstdint>

#include "drivers/simulators/ndi_fault.hpp"
#include "drivers/simulators/ndi_scenario.hpp"

namespace trocar {

// When the simulated device exposes, when that exposure can be reported, and what number and time
// the device gives it. Frames are indexed from power-up; the number the host sees counts from the
// last INIT or TSTART 80. plain: one thread.
class NdiFrameClock {
 public:
  NdiFrameClock(const ScenarioDevice& device, std::uint64_t seed);

  void restart_numbers(Duration at);
  void set_frame_hz(double hz, Duration at);

  [[nodiscard]] Duration exposure(std::int64_t index) const;
  // The instant its last byte can leave: exposure + latency + its own jitter (within 3 sigma).
  [[nodiscard]] Duration available(std::int64_t index) const;
  // The first frame exposed at or after `at`, and the newest one that can be reported; may be < 0.
  [[nodiscard]] std::int64_t first_at_or_after(Duration at) const;
  [[nodiscard]] std::int64_t newest_available(Duration now) const;

  [[nodiscard]] std::uint32_t number(std::int64_t index, const NdiFaults& faults) const;
  // What the device's own clock says of this exposure, since its epoch (UTC).
  [[nodiscard]] Duration device_time(std::int64_t index, const NdiFaults& faults) const;

 private:
  ScenarioDevice device_;
  std::uint64_t seed_;
  double period_ns_;
  Duration base_{};
  std::int64_t base_index_ = 0;
  std::int64_t number_origin_ = 0;
};

}  // namespace trocar
