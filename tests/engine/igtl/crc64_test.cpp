#include "engine/igtl/crc64.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "engine/igtl/bytes.hpp"

using namespace trocar::igtl;

namespace {

// Bit by bit, straight from the definition.
std::uint64_t slow_crc(std::span<const std::byte> bytes) {
  std::uint64_t crc = 0;
  for (const std::byte b : bytes) {
    crc ^= std::to_integer<std::uint64_t>(b) << 56;
    for (int i = 0; i < 8; ++i) {
      crc = (crc >> 63) != 0 ? (crc << 1) ^ 0x42F0E1EBA9EA3693 : crc << 1;
    }
  }
  return crc;
}

}  // namespace

TEST_CASE("the CRC has ECMA-182's check value") {
  CHECK(crc64(as_bytes("123456789")) == 0x6C40DF5F0B497347);
  CHECK(crc64({}) == 0);
}

TEST_CASE("the sliced CRC equals the bitwise one at every length and offset") {
  std::mt19937 random(7);
  Buffer bytes(200);
  for (auto& b : bytes) b = static_cast<std::byte>(random());
  for (std::size_t from = 0; from < 17; ++from) {
    for (std::size_t size = 0; size + from <= bytes.size(); ++size) {
      const auto part = std::span<const std::byte>(bytes).subspan(from, size);
      REQUIRE(crc64(part) == slow_crc(part));
    }
  }
}

TEST_CASE("a CRC continued over parts is that of the whole") {
  const auto whole = as_bytes("a body that comes in two parts, each not a multiple of sixteen");
  CHECK(crc64(whole.subspan(21), crc64(whole.first(21))) == crc64(whole));
}
