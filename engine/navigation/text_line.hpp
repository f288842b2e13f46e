#pragma once
#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "engine/base/fixed_text.hpp"
#include "engine/data/state_line.hpp"

namespace trocar {

// The pieces, one after the other, cut at the capacity; no allocation.
inline FixedText<120> join(std::initializer_list<std::string_view> pieces) {
  std::array<char, 120> text{};
  std::size_t size = 0;
  for (const std::string_view piece : pieces) {
    const std::size_t n = std::min(piece.size(), text.size() - size);
    std::copy_n(piece.begin(), n, text.begin() + static_cast<std::ptrdiff_t>(size));
    size += n;
  }
  return {std::string_view(text.data(), size)};
}

}  // namespace trocar
