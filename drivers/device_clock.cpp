#include "drivers/device_clock.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

constexpr double slice_s = 1.0;
constexpr double slope_after_s = 6.0;  // below it a rate from two replies is mostly jitter
constexpr double short_edge_s = 6.0;
constexpr std::size_t settle_samples = 12;
constexpr double min_jitter_s = 50e-6;  // scheduling of this host, even on loopback
// The fastest of n exponential delays exceeds the minimum by more than 7/n of their mean with
// probability e^-7 = 0.1 %.
constexpr double fastest_of_n = 7.0;
// Before a rate can be fitted the bound allows for the fastest drift of an ordinary crystal.
constexpr double crystal_drift = 100e-6;

}  // namespace

void DeviceClock::restart() {
  size_ = 0;
  samples_ = 0;
  jitter_s_ = 0;
  slope_ = 0;
  support_s_ = 0;
  support_count_ = 0;
  state_ = State::settling;
  ++restarts_;
}

void DeviceClock::begin(std::int64_t device_ns, Timestamp received) {
  first_device_ns_ = last_device_ns_ = device_ns;
  first_received_ = received;
  base_device_s_ = base_delay_s_ = 0;
}

DeviceTime DeviceClock::map(std::int64_t device_ns, Timestamp received) {
  if (samples_ > 0 && device_ns < last_device_ns_) restart();
  if (samples_ == 0) begin(device_ns, received);
  double device_s = static_cast<double>(device_ns - first_device_ns_) * 1e-9;
  double delay_s = seconds(received - first_received_) - device_s;
  const double early_s = line_at(device_s) - delay_s;
  if (state_ != State::settling && early_s > seconds(config_.max_step) + bound_at(device_s)) {
    restart();
    begin(device_ns, received);
    device_s = delay_s = 0;
  }
  last_device_ns_ = device_ns;
  add(device_s, delay_s);
  fit();
  return at(device_ns, received);
}

DeviceTime DeviceClock::at(std::int64_t device_ns, Timestamp received) const {
  if (state_ != State::steady) return {received - config_.latency, unknown};
  const double device_s = static_cast<double>(device_ns - first_device_ns_) * 1e-9;
  const double since_first_s = device_s + line_at(device_s);
  const auto offset = Duration(static_cast<std::int64_t>(std::llround(since_first_s * 1e9)));
  const auto fit_bound = Duration(static_cast<std::int64_t>(bound_at(device_s) * 1e9));
  return {first_received_ + offset - config_.latency, config_.latency_bound + fit_bound};
}

void DeviceClock::add(double device_s, double delay_s) {
  ++samples_;
  const double excess = std::max(0.0, delay_s - line_at(device_s));
  const double weight = std::max(1.0 / static_cast<double>(samples_), 1.0 / 256.0);
  jitter_s_ += weight * (excess - jitter_s_);
  const bool new_slice = size_ == 0 || std::floor(device_s / slice_s) >
                                           std::floor(slices_[size_ - 1].device_s / slice_s);
  if (new_slice) {
    if (size_ == capacity) {
      std::move(slices_.begin() + 1, slices_.end(), slices_.begin());
      --size_;
    }
    slices_[size_++] = {device_s, delay_s, 1};
    return;
  }
  Slice& last = slices_[size_ - 1];
  ++last.count;
  if (delay_s < last.delay_s) {
    last.device_s = device_s;
    last.delay_s = delay_s;
  }
}

void DeviceClock::fit() {
  // A slice with few replies (the newest, or one with a gap) says little of the fastest.
  std::size_t fullest = 0;
  for (std::size_t i = 0; i < size_; ++i) fullest = std::max(fullest, slices_[i].count);
  std::array<std::size_t, capacity> hull{};
  std::size_t n = 0;
  for (std::size_t i = 0; i < size_; ++i) {  // Andrew's monotone chain, lower side
    if (2 * slices_[i].count < fullest) continue;
    const auto above = [&](std::size_t a, std::size_t b) {
      const Slice &p = slices_[a], &q = slices_[b], &r = slices_[i];
      return (q.device_s - p.device_s) * (r.delay_s - p.delay_s) <=
             (q.delay_s - p.delay_s) * (r.device_s - p.device_s);
    };
    while (n >= 2 && above(hull[n - 2], hull[n - 1])) --n;
    hull[n++] = i;
  }
  // The edge that knows the present best: long, and near. A short one knows no rate.
  const double now_s = slices_[size_ - 1].device_s;
  const auto ignorance = [&](std::size_t i) {
    const double end_s = slices_[hull[i + 1]].device_s;
    const double length_s = end_s - slices_[hull[i]].device_s;
    return (now_s - end_s + short_edge_s) / length_s;
  };
  std::size_t edge = 0;
  for (std::size_t i = 1; i + 1 < n; ++i) {
    if (ignorance(i) <= ignorance(edge)) edge = i;
  }
  const double spanned = slices_[size_ - 1].device_s - slices_[0].device_s;
  if (spanned < slope_after_s || n < 2) {
    const auto* fastest =
        std::min_element(slices_.begin(), slices_.begin() + static_cast<std::ptrdiff_t>(size_),
                         [](const Slice& a, const Slice& b) { return a.delay_s < b.delay_s; });
    base_device_s_ = fastest->device_s;
    base_delay_s_ = fastest->delay_s;
    slope_ = 0;
    support_s_ = 0;
    support_count_ = samples_;
    state_ = State::settling;
  } else {
    const Slice& a = slices_[hull[edge]];
    const Slice& b = slices_[hull[edge + 1]];
    slope_ = (b.delay_s - a.delay_s) / (b.device_s - a.device_s);
    support_s_ = b.device_s - a.device_s;
    support_count_ = std::min(a.count, b.count);
    limit_slope(a, b);
  }
  if (state_ != State::drifting) {
    state_ = samples_ >= settle_samples ? State::steady : State::settling;
  }
}

// A rate over the limit is a drifting clock only when jitter cannot have made it: between two
// replies a second apart, 0.5 ms of jitter looks like 500 ppm. Otherwise the rate is held at the
// limit, through the reply that keeps the line below both.
void DeviceClock::limit_slope(const Slice& a, const Slice& b) {
  const double limit = config_.max_drift_ppm * 1e-6;
  // Minima of normally spread delays scatter by 0.2 of the mean excess, however many are taken.
  const double scatter_s = std::max(jitter_of_fastest_s(), 3 * 0.2 * jitter_s_);
  const double uncertain = scatter_s / support_s_;
  state_ = std::abs(slope_) > limit + uncertain ? State::drifting : State::settling;
  const Slice& base = slope_ < -limit ? b : a;
  base_device_s_ = base.device_s;
  base_delay_s_ = base.delay_s;
  if (state_ != State::drifting) slope_ = std::clamp(slope_, -limit, limit);
}

double DeviceClock::jitter_of_fastest_s() const {
  const double spread = std::max(jitter_s_, min_jitter_s);
  return fastest_of_n * spread / static_cast<double>(std::max<std::size_t>(support_count_, 1));
}

double DeviceClock::line_at(double device_s) const {
  return base_delay_s_ + slope_ * (device_s - base_device_s_);
}

double DeviceClock::bound_at(double device_s) const {
  const double fastest = jitter_of_fastest_s();
  if (support_s_ <= 0) {
    const double window = size_ == 0 ? 0 : slices_[size_ - 1].device_s - slices_[0].device_s;
    return fastest + crystal_drift * window;
  }
  const double beyond = std::max(0.0, device_s - base_device_s_ - support_s_);
  // Both ends of the line may be off by `fastest`; but neither clock nor line drifts over the
  // limit.
  const double rate = std::min(2.0 * fastest / support_s_, 2e-6 * config_.max_drift_ppm);
  return fastest + rate * beyond;
}

}  // namespace trocar
