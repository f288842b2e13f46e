#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "drivers/ndi_tracking.hpp"
#include "tests/drivers/little_endian_bytes.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

std::vector<std::byte> one_pose(float x = 1) {
  Bytes b;
  b << u8{1} << u8{0x0A} << u8{1};
  b.unit_pose(x) << u32{0x31} << u32{77} << u16{0x0080};
  return b.all;
}

}  // namespace

TEST_CASE("BX: a status byte of 0x80 does not spread into the higher bits") {
  Bytes b;
  b << u8{1} << u8{0x0A} << u8{1};
  b.unit_pose() << u32{0x000000B1} << u32{77} << u16{0};
  NdiTracking out;
  REQUIRE(parse_bx(b.all, 1, out));
  CHECK(out.bodies[0].port_status == 0xB1);
  CHECK(out.bodies[0].out_of_volume);
}

TEST_CASE("BX: nothing follows a disabled handle; a pose that is none is refused") {
  Bytes b;
  b << u8{2} << u8{1} << u8{4} << u8{2} << u8{2} << u32{0x31} << u32{5} << u16{0};
  NdiTracking out;
  REQUIRE(parse_bx(b.all, 1, out));
  CHECK(out.bodies[0].state == NdiState::disabled);
  CHECK(out.bodies[1].state == NdiState::missing);

  Bytes bad;
  bad << u8{1} << u8{1} << u8{1};
  bad.unit_pose(std::numeric_limits<float>::quiet_NaN()) << u32{0x31} << u32{5} << u16{0};
  CHECK_FALSE(parse_bx(bad.all, 1, out));
  CHECK(out.bodies.empty());
}

TEST_CASE("BX: a pose with its status, frame and the system's status") {
  NdiTracking out;
  REQUIRE(parse_bx(one_pose(12.5F), 1, out));
  REQUIRE(out.bodies.size() == 1);
  CHECK(out.bodies[0].handle == 0x0A);
  CHECK(out.bodies[0].pose.t_mm == std::array<double, 3>{12.5, 2, -1500});
  CHECK(out.bodies[0].pose.error_mm == 0.5);
  CHECK(out.bodies[0].frame == 77);
  CHECK_FALSE(out.bodies[0].device_ns);
  CHECK(out.system_status == ndi_system_port_unoccupied);
}

TEST_CASE("BX: the switches of a tool are bits 1 to 3 of its port status") {
  Bytes b;
  b << u8{1} << u8{1} << u8{2} << u32{0x3B} << u32{5} << u16{0};
  NdiTracking out;
  REQUIRE(parse_bx(b.all, 1, out));
  CHECK(out.bodies[0].switches == 5);  // 0x3B: occupied, switch 1, switch 3, initialised, enabled
}

TEST_CASE("BX: tool information gives the reason; the last byte's low half is marker A") {
  Bytes b;
  b << u8{1} << u8{1} << u8{2} << u32{0x31} << u32{5} << u8{0x02};
  for (int i = 0; i < 9; ++i) b << u8{0};
  b << u8{0x43} << u16{0};
  NdiTracking out;
  REQUIRE(parse_bx(b.all, 3, out));
  CHECK(out.bodies[0].why == Missing::too_few_markers);
  CHECK(out.bodies[0].marker_state[0] == 3);
  CHECK(out.bodies[0].marker_state[1] == 4);
}

TEST_CASE("BX: strays have a bit each for out of volume, the first in the last byte's lowest") {
  Bytes b;
  b << u8{0} << u8{9} << u8{0x01} << u8{0x02};  // the ninth and the second
  for (int i = 0; i < 27; ++i) b << static_cast<float>(i);
  b << u16{0};
  NdiTracking out;
  REQUIRE(parse_bx(b.all, ndi_strays, out));
  REQUIRE(out.points.size() == 9);
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(out.points[i].out_of_volume == (i == 1 || i == 8));
    CHECK(out.points[i].handle == NdiPoint::stray);
    CHECK(out.points[i].mm[0] == 3.0 * static_cast<double>(i));
  }
}

TEST_CASE("BX: what is not exactly a reply is refused and leaves nothing behind") {
  const auto good = one_pose();
  NdiTracking out;
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK_FALSE(parse_bx(std::span(good).first(n), 1, out));
    CHECK(out.bodies.empty());
  }
  auto longer = good;
  longer.push_back(std::byte{0});
  CHECK_FALSE(parse_bx(longer, 1, out));
  auto state = good;
  state[2] = std::byte{3};  // neither valid, missing nor disabled
  CHECK_FALSE(parse_bx(state, 1, out));
}
