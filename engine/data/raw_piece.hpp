#pragma once
#include <cstddef>
#include <cstdint>

#include "engine/base/bounded.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// Bytes as they came from the device, for the record; a long reply is several pieces.
struct RawPiece {
  static constexpr std::size_t capacity = 1024;
  Timestamp received{};  // of the last, when repeated
  Bounded<std::byte, capacity> bytes;
  bool continues = false;     // the next piece is the rest of the same read
  std::uint32_t repeats = 0;  // n > 0: the bytes of the piece before came n times more
};

}  // namespace trocar
