#pragma once
#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <span>

namespace trocar {

// A vector with a fixed capacity and no allocation: what travels through Ring and Latest is copied.
template <class T, std::size_t Capacity>
class Bounded {
 public:
  // False, and unchanged, when full.
  bool push_back(const T& value) {
    if (size_ == Capacity) return false;
    items_[size_++] = value;
    return true;
  }
  // `all` has at most Capacity elements.
  void assign(std::span<const T> all) {
    assert(all.size() <= Capacity);
    std::copy(all.begin(), all.end(), items_.begin());
    size_ = all.size();
  }
  void clear() { size_ = 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  static constexpr std::size_t capacity() { return Capacity; }
  T& operator[](std::size_t i) { return assert(i < size_), items_[i]; }
  const T& operator[](std::size_t i) const { return assert(i < size_), items_[i]; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  [[nodiscard]] const T* begin() const { return items_.data(); }
  [[nodiscard]] const T* end() const { return items_.data() + size_; }

 private:
  std::array<T, Capacity> items_{};
  std::size_t size_ = 0;
};

}  // namespace trocar
