#include "drivers/simulators/ndi_frame_clock.hpp"

#include <algorithm>
#include <cmath>

#include "drivers/simulators/simulated_noise.hpp"

namespace trocar {
namespace {

double period_ns(double hz, double drift_ppm) { return 1e9 / (hz * (1.0 + drift_ppm * 1e-6)); }

}  // namespace

NdiFrameClock::NdiFrameClock(const ScenarioDevice& device, std::uint64_t seed)
    : device_(device),
      seed_(seed),
      period_ns_(period_ns(device.frame_hz, device.clock_drift_ppm)) {}

void NdiFrameClock::restart_numbers(Duration at) { number_origin_ = first_at_or_after(at) - 1; }

void NdiFrameClock::set_frame_hz(double hz, Duration at) {
  const std::int64_t next = first_at_or_after(at);
  base_ = exposure(next);  // counted from the old base
  base_index_ = next;
  device_.frame_hz = hz;
  period_ns_ = period_ns(hz, device_.clock_drift_ppm);
}

Duration NdiFrameClock::exposure(std::int64_t index) const {
  const double after_base = static_cast<double>(index - base_index_) * period_ns_;
  return base_ + Duration(std::llround(after_base));
}

Duration NdiFrameClock::available(std::int64_t index) const {
  SimulatedNoise noise(seed_, static_cast<std::uint64_t>(index), 0x1A7E);
  const double sigmas = std::clamp(noise.normal(), -3.0, 3.0);
  const Duration delay = device_.latency + duration_from_ms(sigmas * device_.latency_jitter_ms);
  return exposure(index) + std::max(delay, Duration{});
}

std::int64_t NdiFrameClock::first_at_or_after(Duration at) const {
  const double frames = static_cast<double>((at - base_).count()) / period_ns_;
  auto index = base_index_ + static_cast<std::int64_t>(std::floor(frames));
  while (exposure(index) < at) ++index;
  return index;
}

std::int64_t NdiFrameClock::newest_available(Duration now) const {
  const Duration spread = duration_from_ms(3 * device_.latency_jitter_ms);
  const Duration soonest = std::max(device_.latency - spread, Duration{});
  std::int64_t index = first_at_or_after(now - soonest);
  while (available(index) > now) --index;
  return index;
}

std::uint32_t NdiFrameClock::number(std::int64_t index, const NdiFaults& faults) const {
  const Duration at = exposure(index);
  const Duration shown = faults.shown_instant(at);
  const std::int64_t counted = (shown == at ? index : first_at_or_after(shown)) - number_origin_;
  return static_cast<std::uint32_t>(std::max<std::int64_t>(0, counted + faults.frame_offset(at)));
}

Duration NdiFrameClock::device_time(std::int64_t index, const NdiFaults& faults) const {
  const Duration at = faults.shown_instant(exposure(index));
  const auto drift = static_cast<double>(at.count()) * device_.clock_drift_ppm * 1e-6;
  return std::chrono::seconds(device_.utc_start_s) + at + Duration(std::llround(drift)) +
         faults.clock_gain(at);
}

}  // namespace trocar
