#include "drivers/ndi_rom.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "drivers/little_endian.hpp"

using namespace trocar;

namespace {

NdiRom body() {
  NdiRom rom;
  rom.serial = 0x32BBC007;
  rom.manufacturer = "MAKER";
  rom.part_number = "1000000";
  rom.markers = {{{0, 0, 0}}, {{50, 0, 0}}, {{0, 70, 0}}, {{30, 60, 10}}};
  rom.normals.assign(4, {{0, 0, 1}});
  return rom;
}

// Changes the image and makes its checksum right again.
template <class T>
std::vector<std::byte> with(std::size_t at, T value) {
  auto bytes = make_ndi_rom(body());
  store_le(std::span(bytes), at, value);
  unsigned sum = 0;
  for (std::size_t i = 6; i < bytes.size(); ++i) sum += std::to_integer<unsigned>(bytes[i]);
  store_le(std::span(bytes), 4, static_cast<std::uint16_t>(sum));
  return bytes;
}

}  // namespace

TEST_CASE("a tool definition that was written is read back") {
  const auto rom = parse_ndi_rom(make_ndi_rom(body()));
  REQUIRE(rom);
  CHECK(rom.value().serial == 0x32BBC007);
  CHECK(rom.value().part_number == "1000000");
  CHECK(rom.value().manufacturer == "MAKER");
  REQUIRE(rom.value().markers.size() == 4);
  CHECK(rom.value().markers[3].mm == Eigen::Vector3d(30, 60, 10));
  CHECK(rom.value().min_markers == 3);
}

TEST_CASE("any changed byte of a tool definition is refused") {
  const auto good = make_ndi_rom(body());
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bytes = good;
    bytes[i] ^= std::byte{0x10};
    CHECK_FALSE(parse_ndi_rom(bytes));
  }
}

TEST_CASE("a tool definition of the wrong size, count or with no numbers is refused") {
  CHECK_FALSE(parse_ndi_rom({}));
  CHECK_FALSE(parse_ndi_rom(std::vector<std::byte>(751)));
  CHECK_FALSE(parse_ndi_rom(with(28, std::uint32_t{2})));
  CHECK_FALSE(parse_ndi_rom(with(28, std::uint32_t{21})));
  CHECK_FALSE(parse_ndi_rom(with(32, std::uint32_t{5})));
  CHECK_FALSE(parse_ndi_rom(with(36, std::numeric_limits<float>::quiet_NaN())));
  CHECK_FALSE(parse_ndi_rom(with(72, std::numeric_limits<float>::infinity())));
  CHECK_FALSE(parse_ndi_rom(with(312, 5.0F)));
  CHECK_FALSE(parse_ndi_rom(with(84, 0.0F)));  // marker 2 on marker 1
  const auto refused = parse_ndi_rom(with(28, std::uint32_t{21}));
  CHECK(refused.error().detail.find("3 to 20 markers, found 21") != std::string::npos);
}

TEST_CASE("a wired tool's image is recognised as one without markers") {
  std::vector<std::byte> bytes(329);
  for (std::size_t i = 2; i < 5; ++i) bytes[i] = std::byte{'A'};
  const auto rom = parse_ndi_rom(bytes);
  REQUIRE(rom);
  CHECK(rom.value().wired);
}

TEST_CASE("a missing file is named") {
  const auto none = read_ndi_rom("no/such.rom");
  REQUIRE_FALSE(none);
  CHECK(none.error().detail.find("no/such.rom") != std::string::npos);
}
