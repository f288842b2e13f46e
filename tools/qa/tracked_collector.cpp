#include "tools/qa/tracked_collector.hpp"

#include <algorithm>
#include <utility>

namespace trocar::qa {
namespace {

// Longer than that between two exposures, and nobody can say whether the body was seen: 15 frames
// at 60 Hz, and more than a frame of the slowest trackers.
constexpr double longest_step_s = 0.25;
constexpr std::uint32_t largest_step = 10'000;  // beyond it the device counted anew

}  // namespace

void TrackedCollector::exposed(const Body& body, double at_s, std::uint32_t device_frame) {
  if (exposures_ > 0) settle(at_s);
  count(at_s, device_frame);
  const auto* pose = std::get_if<MarkerPose>(&body.pose);
  missing_.reset();
  if (pose != nullptr) {
    stillness_.add(at_s, pose->tracker_from_marker.matrix().translation());
  } else {
    missing_ = std::get<Missing>(body.pose);
  }
}

void TrackedCollector::settle(double to_s) {
  const double held_s = to_s - last_s_;
  if (!(held_s > 0)) return;
  const bool is_silent = held_s > longest_step_s;
  const bool is_seen = !is_silent && !missing_;
  if (is_seen) {
    presence_.present(last_s_, to_s);
  } else {
    presence_.absent(last_s_, to_s, is_silent ? "no_exposure" : to_string(*missing_));
  }
  tracked_.lane.add(last_s_, to_s, is_seen ? Tracked::seen : Tracked::missing);
}

void TrackedCollector::count(double at_s, std::uint32_t device_frame) {
  if (exposures_ == 0) {
    first_s_ = at_s;
  } else {
    const std::uint32_t step = device_frame - last_frame_;
    if (step > 0 && step < largest_step) ++steps_[step];
  }
  ++exposures_;
  last_frame_ = device_frame;
  last_s_ = at_s;
}

Computed<Rate> TrackedCollector::rate() const {
  if (exposures_ < 2 || !(last_s_ > first_s_)) return NotComputable{"fewer than two exposures"};
  Rate rate{static_cast<double>(exposures_ - 1) / (last_s_ - first_s_), exposures_, 0};
  const auto usual = std::ranges::max_element(
      steps_, [](const auto& a, const auto& b) { return a.second < b.second; });
  for (const auto& [step, times] : steps_) {
    if (step > usual->first) rate.drops += times * (step / usual->first - 1);
  }
  return rate;
}

Tracked TrackedCollector::finish(double end_s) {
  if (exposures_ > 0) settle(end_s);
  presence_.finish(end_s, tracked_.uptime, tracked_.missing_s, tracked_.gaps);
  tracked_.rate = rate();
  stillness_.finish(tracked_.jitter);
  return std::move(tracked_);
}

}  // namespace trocar::qa
