#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tools/qa/computed.hpp"

namespace trocar::qa {

// Limits of a chart of single values, one per session (NIST/SEMATECH e-Handbook of Statistical
// Methods, 6.3.2.2, "Individuals Control Charts"): the mean, and 3 standard deviations round it,
// estimated from the differences of neighbours, so that a slow change does not widen them.
struct ControlLimits {
  double mean = 0;
  double lower = 0, upper = 0;
  double moving_range_mean = 0, moving_range_upper = 0;
};
inline constexpr std::size_t fewest_for_limits = 5;
inline constexpr std::size_t enough_for_limits = 20;  // with fewer they are provisional

// `values` in the order of time.
Computed<ControlLimits> control_limits(const std::vector<double>& values);
// What lies outside the limits; `values` as they were given above.
std::vector<std::size_t> outside(const std::vector<double>& values, const ControlLimits& limits);

}  // namespace trocar::qa
