#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "drivers/ndi_framing.hpp"
#include "drivers/ndi_tracking.hpp"
#include "tests/drivers/little_endian_bytes.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

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

NdiBody only_body(u16 status) {
  Bytes item;
  item << u16{1} << status;
  if ((status & 0x0100U) == 0) item.unit_pose();
  const auto inside = container({component(2, 1, item)});
  NdiTracking out;
  REQUIRE(parse_bx2(container({component(1, 1, frame_item(2, 100, inside))}).all, out));
  REQUIRE(out.bodies.size() == 1);
  return out.bodies[0];
}

}  // namespace

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

TEST_CASE("BX2: every code of a missing tool keeps its meaning, averaged and on any face") {
  const std::vector<std::pair<u16, Missing>> meanings{
      {9, Missing::out_of_volume}, {13, Missing::too_few_markers}, {14, Missing::interference},
      {17, Missing::bad_fit},      {18, Missing::processing},      {22, Missing::processing},
      {31, Missing::not_seen},     {32, Missing::disabled},        {33, Missing::unplugged}};
  for (const auto& [code, why] : meanings) {
    for (const unsigned more : {0x0000U, 0x0200U, 0xE000U}) {
      const NdiBody body = only_body(static_cast<u16>(code | 0x0100U | more));
      CHECK(body.state == NdiState::missing);
      CHECK(body.why == why);
    }
  }
}

TEST_CASE("BX2: partly out of volume is delivered and flagged, partly averaged is not flagged") {
  CHECK(only_body(3).out_of_volume);
  CHECK_FALSE(only_body(5).out_of_volume);
  CHECK(only_body(5).state == NdiState::valid);
}

TEST_CASE("BX2: the number that NDI's programs write for none is missing, not a place") {
  Bytes item;
  item << u16{1} << u16{0};
  for (int i = 0; i < 8; ++i) item << -3.697314e28F;
  const auto inside = container({component(2, 1, item)});
  NdiTracking out;
  REQUIRE(parse_bx2(container({component(1, 1, frame_item(2, 100, inside))}).all, out));
  CHECK(out.bodies[0].state == NdiState::missing);
  CHECK(out.bodies[0].why == Missing::not_finite);
}

TEST_CASE("BX2: a pose outside a frame has no time and is refused") {
  NdiTracking out;
  const auto bare = container({component(2, 1, (Bytes{} << u16{1} << u16{0}).unit_pose())});
  CHECK_FALSE(parse_bx2(bare.all, out));
  const auto nested = container({component(1, 1, frame_item(2, 1, bare))});
  CHECK(parse_bx2(nested.all, out));
  const auto twice = container({component(1, 1, frame_item(2, 1, nested))});
  CHECK_FALSE(parse_bx2(twice.all, out));
}

TEST_CASE("BX2: bytes that a newer device adds to a component are skipped") {
  const auto longer =
      component(2, 1, join((Bytes{} << u16{1} << u16{0}).unit_pose(), Bytes{} << u32{0xABCD}));
  NdiTracking out;
  REQUIRE(
      parse_bx2(container({component(1, 1, frame_item(2, 100, container({longer})))}).all, out));
  CHECK(out.bodies.size() == 1);
}

TEST_CASE(
    "BX2 in the extended form, over TCP: a flipped bit may change a number, never what it is") {
  // Decision 0040: no CRC, so that this is all its content can promise.
  Bytes poses;
  poses << u16{1} << u16{0};
  poses.unit_pose() << u16{2} << u16{0};
  poses.unit_pose(7);
  const Bytes payload =
      container({component(1, 1, frame_item(2, 100, container({component(2, 2, poses)})))});
  int refused = 0;
  int taken = 0;
  for (std::size_t bit = 0; bit < 8 * payload.all.size(); ++bit) {
    auto damaged = payload.all;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    const auto reply = encode_extended_reply(damaged);
    NdiTracking out;
    const bool parsed{parse_bx2(decode_ndi_reply(reply).value().body, out)};
    ++(parsed ? taken : refused);
    REQUIRE((parsed || out.bodies.empty()));
    for (const NdiBody& b : out.bodies)
      REQUIRE((b.state != NdiState::valid || is_plausible(b.pose)));
    if (out.bodies.size() == 2) REQUIRE(out.bodies[0].handle != out.bodies[1].handle);
  }
  CHECK(refused > 0);
  CHECK(taken > 0);
}
