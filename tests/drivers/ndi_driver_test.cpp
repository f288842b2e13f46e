#include "drivers/ndi_driver.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/drivers/driver_rig.hpp"

using namespace trocar;
using namespace trocar::test;

TEST_CASE("the driver tracks in every mode and measures what the simulator moves") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2,
                             NdiTrackingMode::stream, NdiTrackingMode::automatic);
  Rig rig(mode);
  REQUIRE(rig.heard.poses(needle, 30));
  CHECK(rig.heard.count(Link::tracking) == 1);
  const TrackerFrame& frame = rig.heard.frames.back();
  REQUIRE(frame.bodies.size() == 2);
  const auto& pose = std::get<MarkerPose>(frame.bodies[1].pose);
  // No noise in the scenario: what is left is the resolution of the wire (TX: 0.01 mm).
  CHECK((pose.tracker_from_marker.origin().mm - Eigen::Vector3d(50, 20, -1400)).norm() < 0.05);
  CHECK(frame.received >= frame.acquired);
}

TEST_CASE("an exposure is published once, however often it is asked for") {
  const auto poll = GENERATE(PollAnswer::wait, PollAnswer::repeat);
  NdiScenario s = scenario();
  s.device.poll = poll;
  Rig rig(s, NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 50));
  std::set<std::uint32_t> numbers;
  for (const auto& f : rig.heard.frames) CHECK(numbers.insert(f.device_frame).second);
}

TEST_CASE("H2 H16: bodies of a hybrid reply keep the exposures they were measured in") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx);
  Rig rig(mode, true);
  REQUIRE(rig.heard.poses(needle, 30));
  REQUIRE(rig.heard.poses(reference, 30));
  for (const auto& f : rig.heard.frames) CHECK(f.bodies.size() == 1);
}

TEST_CASE("a tool with too few markers in sight is missing for that reason, and comes back") {
  Rig rig(GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2));
  REQUIRE(rig.heard.poses(needle, 5));
  Fault hand;
  hand.kind = FaultKind::occlusion;
  hand.tool = "needle";
  hand.markers = {1, 2};  // two of four are left, three are needed
  hand.until = 300ms;
  rig.server->inject(hand);
  CHECK(
      rig.heard.until([&] { return rig.heard.missing_of(needle, Missing::too_few_markers) >= 3; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 40));
  CHECK(rig.heard.count(Link::lost) == 0);
}

TEST_CASE("BX2: a tool without any marker in sight is missing, and no more is known") {
  Rig rig(NdiTrackingMode::bx2);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::occlusion, 300ms, "needle");
  CHECK(rig.heard.until([&] { return rig.heard.missing_of(needle, Missing::not_seen) >= 3; }));
}

TEST_CASE("a tool outside the volume is delivered and flagged") {
  Rig rig(GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2));
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::out_of_volume, 5s, "needle");
  CHECK(rig.heard.until([&] {
    for (const Body& b : rig.heard.frames.back().bodies) {
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (b.tool == needle && pose != nullptr && pose->out_of_volume) return true;
    }
    return false;
  }));
  CHECK(rig.heard.missing_of(needle, Missing::out_of_volume) == 0);
}

TEST_CASE("markers that belong to no tool are counted and told, in every mode") {
  NdiScenario s = scenario();
  s.strays_mm = {{100, 0, -1500}, {0, 100, -1500}};
  Rig rig(s,
          GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2,
                   NdiTrackingMode::stream),
          true);
  REQUIRE(rig.heard.until([&] { return !rig.heard.alerts.empty(); }));
  CHECK(rig.heard.alerts[0].severity == Severity::event);
  CHECK(rig.heard.alerts[0].text.view() == "2 stray markers in view, of no tool");
  CHECK(rig.heard.poses_of(needle) > 0);
}

TEST_CASE("H18: a jump of the device's frame number makes the clock unknown, not wrong") {
  Rig rig(NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 60));
  CHECK(rig.heard.frames.back().acquired_bound < 50ms);
  rig.heard.frames.clear();
  inject(rig, FaultKind::frame_jump, 10s, {}, 500);
  REQUIRE(rig.heard.until([&] {
    for (const auto& f : rig.heard.frames) {
      if (f.acquired_bound == DeviceClock::unknown) return true;
    }
    return false;
  }));
}

TEST_CASE("an alert of the device reaches the engine with its text") {
  Rig rig(NdiTrackingMode::bx2);
  REQUIRE(rig.heard.poses(needle, 5));
  Fault bump;
  bump.kind = FaultKind::alert;
  bump.type = 1;
  bump.code = 2;
  bump.until = 1s;
  rig.server->inject(bump);
  REQUIRE(rig.heard.until([&] { return !rig.heard.alerts.empty(); }));
  CHECK(rig.heard.alerts[0].severity == Severity::alert);
  CHECK(rig.heard.alerts[0].code == 2);
}

TEST_CASE("a serial line is reset, changed in speed, and tracked on") {
  Rig rig(serve_on_pty(scenario()), scenario(), NdiTrackingMode::bx);
  CHECK(rig.heard.poses(needle, 10));
}

TEST_CASE("stop ends the driver whatever it waits for") {
  NdiConfig config;
  config.host = "127.0.0.1";
  config.port = 1;
  Listener heard;
  const auto driver = make_ndi_driver(config, {});
  driver->start(heard.outbox, heard.time);
  CHECK(heard.until([&] { return heard.count(Link::lost) == 1; }));
  driver->stop();
}
