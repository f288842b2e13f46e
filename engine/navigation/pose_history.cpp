#include "engine/navigation/pose_history.hpp"

#include <algorithm>

namespace trocar {
namespace {

PoseAt between(const PoseSample& before, const PoseSample& after, Timestamp t) {
  const auto& a = std::get<MarkerPose>(before.pose);
  const auto& b = std::get<MarkerPose>(after.pose);
  const double fraction = seconds(t - before.acquired) / seconds(after.acquired - before.acquired);
  return {{interpolate(a.tracker_from_marker, b.tracker_from_marker, fraction),
           std::max(a.marker_rms_mm, b.marker_rms_mm), a.out_of_volume || b.out_of_volume},
          std::max(before.acquired_bound, after.acquired_bound),
          true};
}

}  // namespace

bool PoseHistory::add(const PoseSample& sample) {
  if (size_ > 0 && sample.acquired < back(0).acquired) return false;
  if (size_ > 0 && sample.acquired == back(0).acquired) return true;
  samples_[next_] = sample;
  next_ = (next_ + 1) % capacity;
  size_ = std::min(size_ + 1, capacity);
  return true;
}

std::variant<NoPose, PoseAt> PoseHistory::at(Timestamp t, Duration max_gap) const {
  if (size_ == 0) return NoPose::no_sample;
  if (t > back(0).acquired) return NoPose::not_yet;
  std::size_t n = 0;  // newest sample not after t
  while (n < size_ && back(n).acquired > t) ++n;
  if (n == size_) return NoPose::no_sample;
  const PoseSample& before = back(n);
  if (std::holds_alternative<Missing>(before.pose)) return NoPose::missing;
  if (before.acquired == t) {
    return PoseAt{std::get<MarkerPose>(before.pose), before.acquired_bound, false};
  }
  const PoseSample& after = back(n - 1);
  if (std::holds_alternative<Missing>(after.pose)) return NoPose::missing;
  if (t - before.acquired > max_gap || after.acquired - t > max_gap) return NoPose::gap;
  return between(before, after, t);
}

}  // namespace trocar
