#pragma once
#include <array>
#include <atomic>
#include <cstdint>

namespace trocar {

// hand-over: newest value between exactly one writer thread and one reader thread.
// Both sides are wait-free; a value the reader never asked for is overwritten.
template <class T>
class Latest {
 public:
  // Writer thread only.
  void publish(const T& value) {
    slots_[back_] = value;
    back_ = middle_.exchange(back_ | fresh, std::memory_order_acq_rel) & index;
  }
  // Reader thread only. nullptr when nothing new arrived since the last call; the value stays
  // unchanged until the next call.
  const T* take() {
    if ((middle_.load(std::memory_order_relaxed) & fresh) == 0) return nullptr;
    front_ = middle_.exchange(front_, std::memory_order_acq_rel) & index;
    return &slots_[front_];
  }

 private:
  static constexpr std::uint8_t index = 3;
  static constexpr std::uint8_t fresh = 4;
  std::array<T, 3> slots_{};
  alignas(64) std::atomic<std::uint8_t> middle_{1};
  alignas(64) std::uint8_t back_{0};   // writer's own
  alignas(64) std::uint8_t front_{2};  // reader's own
};

}  // namespace trocar
