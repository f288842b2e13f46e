#include <catch2/catch.hpp>

#include "drivers/simulators/ndi_frame_report.hpp"
#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using namespace std::chrono_literals;

namespace {

HandleReport tool(std::uint8_t handle, ToolKind kind, std::uint32_t frame) {
  HandleReport h;
  h.handle = handle;
  h.kind = kind;
  h.frame = frame;
  h.device_time = 1s + 5ns;
  h.observed.seen = Seen::ok;
  h.observed.position_mm = {1, 2, 3};
  h.observed.rms_mm = 0.5;
  return h;
}

std::string hex_of(const FrameReport& report, const Bx2Options& options = {}) {
  return test::hex(bx2_payload(report, options));
}

FrameReport with(HandleReport h) { return {{std::move(h)}, {}, 0, {}}; }

// What stands between the frame component's header (with one item) and the pose's status.
const std::string frame_6d =
    "0100"  // version
    "0100"  // one component
    "0100"
    "50000000"
    "0000"
    "01000000"  // of frames: 80 bytes, one item
    "02"
    "00"
    "0000"  // of passive tools
    "07000000"
    "01000000"
    "05000000"  // number 7, 1 s, 5 ns
    "0100"
    "0100"  // a container of one component
    "0200"
    "30000000"
    "0000"
    "01000000";  // of poses: 48 bytes, one item
const std::string pose =
    "0000803F"
    "00000000"
    "00000000"
    "00000000"  // 1, 0, 0, 0
    "0000803F"
    "00000040"
    "00004040"
    "0000003F";  // 1, 2, 3; 0.5

}  // namespace

TEST_CASE("nothing new is a container without a component") { CHECK(hex_of({}) == "01000000"); }

TEST_CASE("one pose is exactly these bytes") {
  CHECK(hex_of(with(tool(5, ToolKind::passive, 7))) == frame_6d +
                                                           "0500"
                                                           "0000" +
                                                           pose);
}

TEST_CASE("each kind of tool has an item of its own, with its own frame number") {
  const FrameReport two{{tool(1, ToolKind::wired, 8), tool(2, ToolKind::passive, 9)}, {}, 0, {}};
  const std::string hex = hex_of(two);
  CHECK(hex.substr(24, 8) == "02000000");  // two items
  const std::string passive = hex.substr(32);
  CHECK(passive.substr(0, 16) == "0200000009000000");
  const std::size_t item = 2 * (16 + 4 + 12 + 36);
  CHECK(passive.substr(item, 16) == "0300000008000000");
}

TEST_CASE("why there is no pose is the status, and no number follows it") {
  const std::vector<std::pair<Seen, std::string>> codes{
      {Seen::too_few, "0D01"}, {Seen::bad_fit, "1101"}, {Seen::missing, "1F01"}};
  for (const auto& [seen, status] : codes) {
    HandleReport h = tool(5, ToolKind::passive, 7);
    h.observed.seen = seen;
    CHECK(
        hex_of(with(h)).ends_with("0100000005"
                                  "00" +
                                  status));
  }
  HandleReport h = tool(5, ToolKind::passive, 7);
  h.condition = HandleCondition::disabled;
  CHECK(
      hex_of(with(h)).ends_with("0500"
                                "2001"));
  h.condition = HandleCondition::unoccupied;
  CHECK(
      hex_of(with(h)).ends_with("0500"
                                "2101"));
}

TEST_CASE("a pose partly or wholly out of volume is given with its code") {
  HandleReport h = tool(5, ToolKind::passive, 7);
  h.observed.seen = Seen::partially_out;
  CHECK(hex_of(with(h)) == frame_6d +
                               "0500"
                               "0300" +
                               pose);
  h.observed.seen = Seen::out_of_volume;
  CHECK(hex_of(with(h)) == frame_6d +
                               "0500"
                               "0900" +
                               pose);
}

TEST_CASE("buttons are a byte each, of tools that have some, unless nobody asked") {
  HandleReport h = tool(5, ToolKind::passive, 7);
  h.buttons = 3;
  h.pressed = 0b101;
  CHECK(
      hex_of(with(h)).ends_with("0400"
                                "13000000"
                                "0000"
                                "01000000"
                                "0500"
                                "0300"
                                "010001"));
  Bx2Options none;
  none.buttons_1d = false;
  CHECK(hex_of(with(h), none) == frame_6d +
                                     "0500"
                                     "0000" +
                                     pose);
}

TEST_CASE("a marker that is missing has no coordinates, the others keep their index") {
  HandleReport h = tool(5, ToolKind::passive, 7);
  h.observed.markers = {{MarkerSighting::missing, {}},
                        {MarkerSighting::used, {1, 2, 3}},
                        {MarkerSighting::max_error, {1, 2, 3}},
                        {MarkerSighting::used_out_of_volume, {1, 2, 3}}};
  Bx2Options markers;
  markers.tools_6d = false;
  markers.tools_3d = true;
  const std::string at =
      "0000803F"
      "00000040"
      "00004040";
  CHECK(hex_of(with(h), markers)
            .ends_with("05000400"
                       "01000000"
                       "00000100" +
                       at + "03000200" + at + "05000300" + at));
}

TEST_CASE("strays belong to handle FFFF and come with the passive tools, on demand") {
  FrameReport r = with(tool(5, ToolKind::passive, 7));
  r.strays_mm = {{1, 2, 3}};
  CHECK(hex_of(r) == frame_6d +
                         "0500"
                         "0000" +
                         pose);
  Bx2Options strays;
  strays.strays_3d = true;
  CHECK(
      hex_of(r, strays).ends_with("FFFF"
                                  "0100"
                                  "00000000"
                                  "0000803F"
                                  "00000040"
                                  "00004040"));
}

TEST_CASE("alerts are a component of their own, also when no tool has news") {
  FrameReport r;
  r.alerts = {{1, 2}, {2, 0x0101}};
  CHECK(hex_of(r) ==
        "01000100"
        "1200"
        "14000000"
        "0000"
        "02000000"
        "01000200"
        "02000101");
}
