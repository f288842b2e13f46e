#include "tools/qa/control_chart.hpp"

#include <cmath>

namespace trocar::qa {
namespace {

// For ranges of two values (NIST, 6.3.2.2 and 6.3.2): sigma = range / d2, upper limit D4 * range.
constexpr double d2 = 1.128;
constexpr double d4 = 3.267;

}  // namespace

Computed<ControlLimits> control_limits(const std::vector<double>& values) {
  if (values.size() < fewest_for_limits) {
    return NotComputable{"fewer than " + std::to_string(fewest_for_limits) + " sessions"};
  }
  double sum = 0;
  double ranges = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += values[i];
    if (i > 0) ranges += std::abs(values[i] - values[i - 1]);
  }
  ControlLimits limits;
  limits.mean = sum / static_cast<double>(values.size());
  limits.moving_range_mean = ranges / static_cast<double>(values.size() - 1);
  limits.moving_range_upper = d4 * limits.moving_range_mean;
  const double three_sigma = 3 * limits.moving_range_mean / d2;
  limits.lower = limits.mean - three_sigma;
  limits.upper = limits.mean + three_sigma;
  return limits;
}

std::vector<std::size_t> outside(const std::vector<double>& values, const ControlLimits& limits) {
  std::vector<std::size_t> found;
  // The mean itself is rounded: values that are all the same are not outside of it.
  const double rounding = 1e-12 * std::abs(limits.mean);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_low = values[i] < limits.lower - rounding;
    if (is_low || values[i] > limits.upper + rounding) found.push_back(i);
  }
  return found;
}

}  // namespace trocar::qa
