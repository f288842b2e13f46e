#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace trocar::bench {

struct Quantiles {
  double p50 = 0, p99 = 0, p999 = 0, max = 0;
  std::size_t n = 0;
};

// Nearest-rank quantiles; sorts its argument.
inline Quantiles quantiles(std::vector<double>& values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double q) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
    return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
  };
  return {at(0.5), at(0.99), at(0.999), values.back(), values.size()};
}

}  // namespace trocar::bench
