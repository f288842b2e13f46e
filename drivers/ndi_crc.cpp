#include "drivers/ndi_crc.hpp"

#include <array>

namespace trocar {
namespace {

constexpr std::array<std::uint16_t, 256> make_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    unsigned crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint16_t ndi_crc(std::span<const std::byte> bytes) {
  unsigned crc = 0;
  for (const std::byte b : bytes) {
    crc = (crc >> 8U) ^ table[(crc ^ std::to_integer<unsigned>(b)) & 0xFFU];
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace trocar
