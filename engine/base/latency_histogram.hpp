#pragma once
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "engine/base/time.hpp"

namespace trocar {

// thread-safe: latencies from 1 ns to 18 minutes in logarithmic buckets of 1/16 octave (value known
// to 6.25 %), readable while running. record() is wait-free and allocates nothing; readers see each
// bucket exactly and the whole as of about now.
class LatencyHistogram {
 public:
  void record(Duration d) noexcept {
    buckets_[bucket_of(d.count())].fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t count() const noexcept {
    std::uint64_t n = 0;
    for (const auto& b : buckets_) n += b.load(std::memory_order_relaxed);
    return n;
  }
  // Upper edge of the bucket that holds the fraction `q` in (0, 1] of all values; 0 when empty.
  [[nodiscard]] Duration quantile(double q) const noexcept {
    const std::uint64_t n = count();
    const double wanted = q * static_cast<double>(n);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < bucket_count && n > 0; ++i) {
      below += buckets_[i].load(std::memory_order_relaxed);
      if (static_cast<double>(below) >= wanted) return Duration(upper_edge(i));
    }
    return Duration(0);
  }

 private:
  static constexpr std::size_t sub = 16;                 // buckets per octave
  static constexpr std::size_t bucket_count = 37 * sub;  // 2^40 ns = 18 min

  static std::size_t bucket_of(std::int64_t ns) noexcept {
    if (ns < static_cast<std::int64_t>(sub)) return ns < 0 ? 0 : static_cast<std::size_t>(ns);
    const auto u = static_cast<std::uint64_t>(ns);
    const std::size_t octave = static_cast<std::size_t>(std::bit_width(u)) - 5;
    const std::size_t index = (octave + 1) * sub + ((u >> octave) - sub);
    return index < bucket_count ? index : bucket_count - 1;
  }
  static std::int64_t upper_edge(std::size_t index) noexcept {
    if (index < sub) return static_cast<std::int64_t>(index);
    const std::size_t octave = index / sub - 1;
    return static_cast<std::int64_t>(((index % sub + sub + 1) << octave) - 1);
  }

  std::array<std::atomic<std::uint64_t>, bucket_count> buckets_{};
};

}  // namespace trocar
