#include "drivers/ndi_crc.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

using namespace trocar;

namespace {

unsigned crc_of(const std::string& text) { return ndi_crc(std::as_bytes(std::span(text))); }

// Bit by bit, as the polynomial x^16 + x^15 + x^2 + 1 is divided by hand: most significant bit
// first, with every byte and the remainder mirrored.
unsigned long_division(std::span<const std::byte> bytes) {
  const auto mirrored = [](unsigned v, unsigned bits) {
    unsigned out = 0;
    for (unsigned i = 0; i < bits; ++i) out |= ((v >> i) & 1U) << (bits - 1 - i);
    return out;
  };
  unsigned remainder = 0;
  for (const std::byte b : bytes) {
    remainder ^= mirrored(std::to_integer<unsigned>(b), 8) << 8U;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder << 1U) ^ ((remainder & 0x8000U) != 0 ? 0x18005U : 0U);
    }
  }
  return mirrored(remainder, 16);
}

}  // namespace

TEST_CASE("the CRC is the one real trackers sent behind their replies") {
  CHECK(crc_of("RESET") == 0xBE6F);
  CHECK(crc_of("OKAY") == 0xA896);
  CHECK(crc_of("WARNING") == 0x7423);
  CHECK(crc_of("ERROR08") == 0x6D02);
  CHECK(crc_of("ERROR13") == 0x3A42);
  CHECK(crc_of("ERROR18") == 0xFD03);
  CHECK(crc_of("0101MISSING00000031000003A3\n0000") == 0x5A49);
}

TEST_CASE("the CRC is the one real hosts sent behind their commands") {
  CHECK(crc_of("INIT:") == 0xE3A5);
  CHECK(crc_of("VER:0") == 0x65EE);
  CHECK(crc_of("TSTART:") == 0x5423);
  CHECK(crc_of("TSTOP:") == 0x2C14);
  CHECK(crc_of("TX:0001") == 0x031A);
  CHECK(crc_of("TX:0801") == 0xC19B);
  CHECK(crc_of("BX:0001") == 0xC26D);
  CHECK(crc_of("PHSR:02") == 0xE17E);
  CHECK(crc_of("PHRQ:*********1****") == 0xA4C1);
  CHECK(crc_of("GETINFO:Features.Firmware.Version") == 0x0492);
}

TEST_CASE("the CRC of nothing is zero, and the textbook's nine digits give BB3D") {
  CHECK(crc_of("") == 0);
  CHECK(crc_of("123456789") == 0xBB3D);
}

TEST_CASE("the CRC is the remainder of the polynomial's division, for any bytes") {
  std::mt19937 random(5);
  for (int n = 0; n < 300; ++n) {
    std::vector<std::byte> bytes(random() % 100);
    for (std::byte& b : bytes) b = static_cast<std::byte>(random());
    CHECK(ndi_crc(bytes) == long_division(bytes));
  }
}
