#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>

#include "engine/base/latency_histogram.hpp"
#include "tools/qa/report.hpp"

namespace trocar::qa {

// How long one stage took, time after time: quantiles, the greatest, and a histogram of a quarter
// octave per bar. Memory does not grow with the number of values. plain.
class StageLatency {
 public:
  void record(Duration took) {
    fine_.record(took);
    longest_ = std::max(longest_, took);
    ++bars_[bar_of(static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0)))];
  }
  // `why`: what is said when there was nothing.
  [[nodiscard]] Computed<Latency> finish(const char* why) const {
    if (fine_.count() == 0) return NotComputable{why};
    // A quantile is the edge of its bucket, 6 % too much at most, and never more than the longest.
    const auto quantile_ms = [&](double q) {
      return milliseconds_of(std::min(fine_.quantile(q), longest_));
    };
    Latency l{quantile_ms(0.5), quantile_ms(0.99), milliseconds_of(longest_), fine_.count(), {}};
    for (const auto& [bar, n] : bars_) {
      l.bars.push_back({milliseconds_of(edge_of(bar)), milliseconds_of(edge_of(bar + 1)), n});
    }
    return l;
  }

 private:
  // The place of the highest bit, and the two behind it.
  static std::uint32_t bar_of(std::uint64_t ns) {
    const int shift = std::max(static_cast<int>(std::bit_width(ns)) - 3, 0);
    return static_cast<std::uint32_t>(4 * shift) + static_cast<std::uint32_t>(ns >> shift);
  }
  static Duration edge_of(std::uint32_t bar) {
    if (bar < 8) return Duration(bar);
    const std::uint32_t shift = bar / 4 - 1;
    return Duration(static_cast<std::int64_t>(bar - 4 * shift) << shift);
  }

  LatencyHistogram fine_;
  Duration longest_{};
  std::map<std::uint32_t, std::uint64_t> bars_;
};

}  // namespace trocar::qa
