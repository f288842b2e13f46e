#include "engine/base/fixed_number.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace trocar {

std::string fixed_number(double value, int decimals) {
  if (!std::isfinite(value)) return {};
  std::array<char, 352> text{};  // 309 digits of the largest double, sign, point, decimals
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed, decimals);
  std::string out(text.data(), end.ptr);
  const bool is_zero = out.find_first_of("123456789") == std::string::npos;
  if (is_zero && out.front() == '-') out.erase(0, 1);
  return out;
}

}  // namespace trocar
