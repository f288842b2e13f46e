#include "drivers/ndi_tracking.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <memory>
#include <string>

#include "drivers/little_endian.hpp"

using namespace trocar;

namespace {

const std::string pose = "+10000+00000+00000+00000+000100-000200-150000+00123";
const std::string state = "0000003100000010";

struct Bytes {
  std::vector<std::byte> all;
  template <class T>
  Bytes& operator<<(T value) {
    append_le(all, value);
    return *this;
  }
  Bytes& unit_pose(float x = 1) {
    for (const float v : {1.F, 0.F, 0.F, 0.F, x, 2.F, -1500.F, 0.5F}) append_le(all, v);
    return *this;
  }
};
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;

// A component of BX2 round its items.
Bytes component(u16 type, u32 count, const Bytes& items) {
  Bytes out;
  out << type << static_cast<u32>(12 + items.all.size()) << u16{0} << count;
  out.all.insert(out.all.end(), items.all.begin(), items.all.end());
  return out;
}
Bytes container(std::vector<Bytes> components) {
  Bytes out;
  out << u16{1} << static_cast<u16>(components.size());
  for (const Bytes& c : components) out.all.insert(out.all.end(), c.all.begin(), c.all.end());
  return out;
}
Bytes frame_item(u8 type, u32 number, const Bytes& inside) {
  Bytes out;
  out << type << u8{0} << u16{0} << number << u32{1000} << u32{500};
  out.all.insert(out.all.end(), inside.all.begin(), inside.all.end());
  return out;
}
Bytes join(const Bytes& a, const Bytes& b) {
  Bytes out = a;
  out.all.insert(out.all.end(), b.all.begin(), b.all.end());
  return out;
}

std::unique_ptr<NdiTracking> tx(const std::string& text, unsigned options) {
  auto out = std::make_unique<NdiTracking>();
  if (!parse_tx(text, options, *out)) return nullptr;
  return out;
}

}  // namespace

TEST_CASE("TX: a pose, a missing tool and a disabled one in one reply") {
  const auto r = tx("0301" + pose + state + "\n02MISSING0000007F00000011\n03DISABLED\n0080", 1);
  REQUIRE(r);
  REQUIRE(r->bodies.size() == 3);
  CHECK(r->bodies[0].pose.t_mm[2] == -1500.0);
  CHECK(r->bodies[0].pose.error_mm == Approx(0.0123));
  CHECK(r->bodies[0].frame == 0x10);
  CHECK(r->bodies[1].why == Missing::out_of_volume);
  CHECK(r->bodies[2].state == NdiState::disabled);
  CHECK(r->system_status == ndi_system_port_unoccupied);
}

TEST_CASE("TX: the two digits of the stray status are not read as a coordinate") {
  const auto none = tx("0101" + pose + state + "00\n0000", 5);
  REQUIRE(none);
  CHECK(none->points.empty());
  const auto one = tx("0101" + pose + state + "01+000100+000200-150000\n0000", 5);
  REQUIRE(one);
  REQUIRE(one->points.size() == 1);
  CHECK(one->points[0].mm[1] == 2.0);
}

TEST_CASE("TX: strays alone leave no pose of an earlier command behind") {
  const auto r =
      tx("0201\n02\n030+004119+022414-174811+000001+000002+000003"
         "+000004+000005+0000060000",
         0x1000);
  REQUIRE(r);
  CHECK(r->bodies[0].state == NdiState::not_reported);
  CHECK(r->points.size() == 3);
}

TEST_CASE("TX: a pose that is delivered although out of volume is flagged") {
  const auto r = tx("0101" + pose + "0000007100000010\n0000", 0x0801);
  REQUIRE(r);
  CHECK(r->bodies[0].state == NdiState::valid);
  CHECK(r->bodies[0].out_of_volume);
}

TEST_CASE("TX: tool information says why a tool is missing; the right digit is marker A") {
  const auto lost = tx("0101MISSING000000310000001002" + std::string(19, '0') + "3\n0000", 3);
  REQUIRE(lost);
  CHECK(lost->bodies[0].why == Missing::too_few_markers);
  CHECK(lost->bodies[0].marker_state[0] == 3);
}

TEST_CASE("TX: what is not exactly a reply is refused") {
  const std::string good = "0101" + pose + state + "\n0000";
  REQUIRE(tx(good, 1));
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(tx(good.substr(0, n), 1));
  CHECK_FALSE(tx(good + "0", 1));
  CHECK_FALSE(tx("02" + good.substr(2), 1));
  CHECK_FALSE(tx("0101+20000" + good.substr(10), 1));
  CHECK_FALSE(tx("0201" + pose + state + "\n01" + pose + state + "\n0000", 1));  // twice
}

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

TEST_CASE("BX2: a frame component with two items gives both, each with its own number") {
  const auto passive = container({component(2, 1, (Bytes{} << u16{1} << u16{0}).unit_pose(1))});
  const auto active = container({component(2, 1, (Bytes{} << u16{2} << u16{0}).unit_pose(2))});
  const auto all =
      container({component(1, 2, join(frame_item(2, 100, passive), frame_item(3, 101, active)))});
  NdiTracking out;
  REQUIRE(parse_bx2(all.all, out));
  REQUIRE(out.bodies.size() == 2);
  CHECK(out.bodies[0].frame == 100);
  CHECK(out.bodies[1].frame == 101);
  CHECK(out.bodies[1].device_ns == 1000'000'000'500);
}

TEST_CASE("BX2: 0x010D is missing for too few markers, not disabled") {
  const auto inside = container({component(2, 1, Bytes{} << u16{1} << u16{0x010D})});
  const auto all = container({component(1, 1, frame_item(2, 100, inside))});
  NdiTracking out;
  REQUIRE(parse_bx2(all.all, out));
  CHECK(out.bodies[0].state == NdiState::missing);
  CHECK(out.bodies[0].why == Missing::too_few_markers);
}

TEST_CASE("BX2: out of volume is seen on any face, and the face is read") {
  const auto inside =
      container({component(2, 1, (Bytes{} << u16{1} << u16{(2U << 13U) | 9U}).unit_pose())});
  const auto all = container({component(1, 1, frame_item(2, 100, inside))});
  NdiTracking out;
  REQUIRE(parse_bx2(all.all, out));
  CHECK(out.bodies[0].out_of_volume);
  CHECK(out.bodies[0].face == 2);
}

TEST_CASE("BX2: markers after a missing one stay where they belong") {
  Bytes list;
  list << u16{1} << u16{3} << u8{0} << u8{0} << u16{0} << 1.F << 2.F << 3.F;
  list << u8{1} << u8{0} << u16{1};
  list << u8{0} << u8{0} << u16{2} << 7.F << 8.F << 9.F;
  const auto inside = container({component(3, 1, list)});
  const auto all = container({component(1, 1, frame_item(2, 100, inside))});
  NdiTracking out;
  REQUIRE(parse_bx2(all.all, out));
  REQUIRE(out.points.size() == 2);
  CHECK(out.points[1].index == 2);
  CHECK(out.points[1].mm[0] == 7.0);
}

TEST_CASE("BX2: unknown components are skipped, alerts and buttons of several tools are read") {
  Bytes buttons;
  buttons << u16{1} << u16{2} << u8{0} << u8{1} << u16{2} << u16{1} << u8{1};
  const auto inside = container(
      {component(2, 1, (Bytes{} << u16{1} << u16{0}).unit_pose()), component(4, 2, buttons)});
  const auto all =
      container({component(0x77, 3, Bytes{} << u32{1}), component(1, 1, frame_item(2, 100, inside)),
                 component(0x12, 1, Bytes{} << u8{1} << u8{0} << u16{2})});
  NdiTracking out;
  REQUIRE(parse_bx2(all.all, out));
  CHECK(out.bodies[0].switches == 2);
  CHECK(out.buttons.size() == 2);
  CHECK(out.alerts[0].code == 2);
  for (std::size_t n = 0; n < all.all.size(); ++n) {
    CHECK_FALSE(parse_bx2(std::span(all.all).first(n), out));
  }
}

TEST_CASE("BX2: a reply without new data has no bodies") {
  NdiTracking out;
  REQUIRE(parse_bx2(container({}).all, out));
  CHECK(out.bodies.empty());
}
