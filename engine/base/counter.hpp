#pragma once
#include <atomic>
#include <cstdint>

namespace trocar {

// thread-safe: counts what happened since the start; any thread adds, any thread reads.
class Counter {
 public:
  void add(std::uint64_t n = 1) noexcept { n_.fetch_add(n, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return n_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> n_{0};
};

}  // namespace trocar
