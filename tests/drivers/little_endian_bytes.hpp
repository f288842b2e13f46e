#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "drivers/little_endian.hpp"

// Binary replies written field by field, for tests of their parsers.
namespace trocar::test {

struct Bytes {
  std::vector<std::byte> all;
  template <class T>
  Bytes& operator<<(T value) {
    append_le(all, value);
    return *this;
  }
  Bytes& unit_pose(float x = 1) {
    for (const float v : {1.F, 0.F, 0.F, 0.F, x, 2.F, -1500.F, 0.5F}) append_le(all, v);
    return *this;
  }
};
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

}  // namespace trocar::test
