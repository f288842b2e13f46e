#include "engine/igtl/number_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "engine/base/fixed_number.hpp"

namespace trocar::igtl {

namespace {

constexpr std::array<double, 4> powers = {1, 10, 100, 1000};
constexpr std::array<std::uint64_t, 4> whole_powers = {1, 10, 100, 1000};

void append_padded(std::string& out, std::uint64_t value, int digits) {
  std::array<char, 20> text{};
  for (int i = digits; i-- > 0; value /= 10) {
    text[static_cast<std::size_t>(i)] = static_cast<char>('0' + value % 10);
  }
  out.append(text.data(), static_cast<std::size_t>(digits));
}

}  // namespace

void append_integer(std::string& out, std::uint64_t value) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
  out.append(text.data(), end.ptr);
}

void append_fixed(std::string& out, double value, int decimals) {
  const auto d = static_cast<std::size_t>(decimals);
  const double scaled = std::abs(value) * powers[d];
  const double below = std::floor(scaled);
  const double rest = scaled - below;
  // Near a tie the product's own rounding could decide: there the exact way is taken. Below 1e9 the
  // product is known to 1e-7.
  if (!(scaled < 1e9) || std::abs(rest - 0.5) < 1e-5) {
    out += fixed_number(value, decimals);
    return;
  }
  const std::uint64_t digits = static_cast<std::uint64_t>(below) + (rest > 0.5 ? 1 : 0);
  if (value < 0 && digits != 0) out += '-';
  append_integer(out, digits / whole_powers[d]);
  if (decimals == 0) return;
  out += '.';
  append_padded(out, digits % whole_powers[d], decimals);
}

void append_seconds(std::string& out, Timestamp at) {
  const std::int64_t ns = at.time_since_epoch().count();
  const std::uint64_t size =
      ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  if (ns < 0) out += '-';
  append_integer(out, size / 1'000'000'000U);
  out += '.';
  append_padded(out, size % 1'000'000'000U, 9);
}

}  // namespace trocar::igtl
