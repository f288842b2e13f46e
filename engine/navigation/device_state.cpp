#include "engine/navigation/device_state.hpp"

namespace trocar {

void DeviceState::on(const LinkChanged& change, Timestamp now) {
  link_ = change.link;
  if (link_ != Link::tracking) return;
  heard_ = now;
  alerted_ = false;
  clock_valid_ = true;
}

void DeviceState::on(const Gap& gap, Timestamp now) {
  lost_frames_ += gap.lost;
  lost_at_ = now;
}

void DeviceState::on(const DeviceAlert& alert) {
  if (alert.severity != Severity::event) alerted_ = true;
}

bool DeviceState::on(const TrackerFrame& frame, Timestamp now) {
  heard_ = now;
  if (now - frame.received > config_->max_handling) late_at_ = now;
  const bool in_future = frame.acquired - frame.acquired_bound > now;
  clock_valid_ = !in_future && frame.acquired_bound <= config_->pose.max_acquired_bound;
  return clock_valid_;
}

Link DeviceState::link(Timestamp now) const {
  if (link_ == Link::tracking && now - heard_ > config_->link_watchdog) return Link::lost;
  return link_;
}

std::optional<Degraded> DeviceState::degraded(Timestamp now) const {
  if (alerted_) return Degraded::tracker_alert;
  if (!clock_valid_) return Degraded::clock_invalid;
  if (within_hold(lost_at_, now)) return Degraded::frames_lost;
  if (is_late(now)) return Degraded::late;
  return std::nullopt;
}

}  // namespace trocar
