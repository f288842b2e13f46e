#include "engine/navigation/reference_rest.hpp"

#include <algorithm>

namespace trocar {
namespace {

constexpr double arm_mm = 100;
constexpr int fewest = 3;  // poses that make a mean

std::int64_t second_of(Timestamp t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

}  // namespace

void ReferenceRest::add(Timestamp acquired, const Transform<Tracker, Marker>& tracker_from_marker) {
  const std::int64_t at = second_of(acquired);
  if (at < 0) return;
  Second& second = seconds_[static_cast<std::size_t>(at % longest_s)];
  if (second.at > at) return;
  if (second.at < at) {
    second = {};
    second.at = at;
    second.sum.fill(Eigen::Vector3d::Zero());
  }
  ++second.count;
  const Eigen::Isometry3d& pose = tracker_from_marker.matrix();
  second.sum[0] += pose.translation();
  second.sum[1] += pose * Eigen::Vector3d(arm_mm, 0, 0);
  second.sum[2] += pose * Eigen::Vector3d(0, arm_mm, 0);
}

ReferenceRest::Rest ReferenceRest::over(Timestamp end, Duration window) const {
  const std::int64_t last = second_of(end), first = second_of(end - window) + 1;
  std::array<Eigen::Vector3d, points> low, high;
  Rest rest;
  for (const Second& second : seconds_) {
    if (second.count < fewest || second.at < first || second.at > last) continue;
    for (std::size_t k = 0; k < points; ++k) {
      const Eigen::Vector3d mean = second.sum[k] / second.count;
      low[k] = rest.seconds == 0 ? mean : low[k].cwiseMin(mean).eval();
      high[k] = rest.seconds == 0 ? mean : high[k].cwiseMax(mean).eval();
    }
    ++rest.seconds;
  }
  for (std::size_t k = 0; rest.seconds > 0 && k < points; ++k) {
    rest.moved_mm = std::max(rest.moved_mm, (high[k] - low[k]).norm());
  }
  return rest;
}

}  // namespace trocar
