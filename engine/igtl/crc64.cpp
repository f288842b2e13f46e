#include "engine/igtl/crc64.hpp"

#include <array>

#include "engine/igtl/bytes.hpp"

namespace trocar::igtl {

namespace {

constexpr std::uint64_t polynomial = 0x42F0E1EBA9EA3693;
constexpr std::size_t slices = 8;  // twice as many would push everything else out of the L1 cache
using Tables = std::array<std::array<std::uint64_t, 256>, slices>;

// tables[k][b]: the CRC of byte b followed by k zero bytes, so that 8 bytes are 8 independent
// look-ups (Kounavis and Berry, "slicing-by-8").
constexpr Tables make_tables() {
  Tables t{};
  for (std::uint64_t b = 0; b < 256; ++b) {
    std::uint64_t crc = b << 56;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 63) != 0 ? (crc << 1) ^ polynomial : crc << 1;
    }
    t[0][b] = crc;
  }
  for (std::size_t k = 1; k < slices; ++k) {
    for (std::size_t b = 0; b < 256; ++b) {
      t[k][b] = (t[k - 1][b] << 8) ^ t[0][t[k - 1][b] >> 56];
    }
  }
  return t;
}

constexpr Tables tables = make_tables();

std::uint64_t eight(std::uint64_t word) {
  std::uint64_t crc = 0;
  for (std::size_t i = 0; i < slices; ++i) crc ^= tables[i][(word >> (8 * i)) & 0xFF];
  return crc;
}

}  // namespace

std::uint64_t crc64(std::span<const std::byte> bytes, std::uint64_t before) {
  std::uint64_t crc = before;
  while (bytes.size() >= slices) {
    crc = eight(crc ^ load_be<std::uint64_t>(bytes.data()));
    bytes = bytes.subspan(slices);
  }
  for (const std::byte b : bytes) {
    crc = (crc << 8) ^ tables[0][(crc >> 56) ^ std::to_integer<std::uint64_t>(b)];
  }
  return crc;
}

}  // namespace trocar::igtl
