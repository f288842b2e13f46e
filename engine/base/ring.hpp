#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace trocar {

// hand-over: every value matters, one writer thread, one reader thread, no lock, no allocation.
// When full the writer drops the *oldest* value to make room and counts it: for a navigator the
// newest pose is worth more than the oldest. Each slot carries a turn number (after Vyukov's
// bounded queue), so that the writer may also take from the reading end without a data race.
// In the rare instant when the reader is still copying the very slot the writer needs, the new
// value is dropped instead, and counted too.
template <class T, std::size_t Capacity>
class Ring {
  static_assert((Capacity & (Capacity - 1)) == 0, "capacity must be a power of two");

 public:
  Ring() {
    for (std::size_t i = 0; i < Capacity; ++i) slots_[i].turn.store(i, std::memory_order_relaxed);
  }

  // Writer thread only. False when a value was lost to make this call (see dropped()).
  bool push(const T& value) {
    if (try_push(value)) return true;
    T oldest;
    const bool full = tail_.load(std::memory_order_relaxed) + Capacity == head_;
    const bool made_room = full && pop(oldest);
    if (made_room) dropped_.fetch_add(1, std::memory_order_relaxed);
    const bool pushed = try_push(value);
    if (!pushed) dropped_.fetch_add(1, std::memory_order_relaxed);
    return pushed && !made_room;
  }

  // Reader thread. False when empty.
  bool pop(T& out) {
    std::uint64_t at = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Slot& slot = slots_[at & mask];
      const std::uint64_t turn = slot.turn.load(std::memory_order_acquire);
      if (turn < at + 1) return false;
      if (turn > at + 1) {
        at = tail_.load(std::memory_order_relaxed);
        continue;
      }
      if (tail_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) {
        out = slot.value;
        slot.turn.store(at + Capacity, std::memory_order_release);
        return true;
      }
    }
  }

  // Reader thread: would pop() give nothing?
  [[nodiscard]] bool empty() const {
    const std::uint64_t at = tail_.load(std::memory_order_relaxed);
    return slots_[at & mask].turn.load(std::memory_order_acquire) < at + 1;
  }

  // Any thread: how many values were lost since the beginning.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::atomic<std::uint64_t> turn{0};
    T value{};
  };
  static constexpr std::uint64_t mask = Capacity - 1;

  bool try_push(const T& value) {
    Slot& slot = slots_[head_ & mask];
    if (slot.turn.load(std::memory_order_acquire) != head_) return false;
    slot.value = value;
    slot.turn.store(++head_, std::memory_order_release);
    return true;
  }

  std::array<Slot, Capacity> slots_;
  alignas(64) std::uint64_t head_{0};  // writer's own
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  alignas(64) std::atomic<std::uint64_t> dropped_{0};
};

}  // namespace trocar
