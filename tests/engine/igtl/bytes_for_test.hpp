#pragma once
#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/igtl/bytes.hpp"

// Bytes of the wire, written by hand.
namespace trocar::igtl {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

struct Bytes {
  Buffer all;
  template <class T>
  Bytes& operator<<(T value) {
    ByteWriter w(all);
    if constexpr (std::is_same_v<T, float>) {
      w.real32(value);
    } else if constexpr (std::is_same_v<T, double>) {
      w.real64(value);
    } else {
      w.number(value);
    }
    return *this;
  }
  // Filled with zeros to `size` bytes.
  Bytes& text(std::string_view t, std::size_t size = 0) {
    const auto bytes = as_bytes(t);
    std::copy(bytes.begin(), bytes.end(), ByteWriter(all).grow(std::max(size, t.size())));
    return *this;
  }
  // first, first + 1, ..., as float32.
  Bytes& rising(float first, int count) {
    for (int i = 0; i < count; ++i) *this << first + static_cast<float>(i);
    return *this;
  }
};

// What a size field that should hold `truth` may hold instead: nothing, one off, and the numbers at
// which an int, an unsigned or a product of them turns over.
template <class T>
std::vector<T> lies_about(T truth) {
  constexpr u64 edges[] = {0,           1ULL << 31U,       1ULL << 32U, (1ULL << 32U) - 1,
                           1ULL << 63U, (1ULL << 63U) - 1, ~u64{0} - 1, ~u64{0}};
  std::vector<T> out{static_cast<T>(truth - 1), static_cast<T>(truth + 1),
                     std::numeric_limits<T>::max()};
  for (const u64 edge : edges) {
    if (edge <= std::numeric_limits<T>::max()) out.push_back(static_cast<T>(edge));
  }
  std::erase(out, truth);
  return out;
}

}  // namespace trocar::igtl
