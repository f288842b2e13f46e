#include <catch2/catch.hpp>

#include "tests/drivers/driver_rig.hpp"

using namespace trocar;
using namespace trocar::test;

TEST_CASE("H1: silence is said as a lost link, nothing is published meanwhile, and it recovers") {
  Rig rig(GENERATE(NdiTrackingMode::bx, NdiTrackingMode::stream));
  REQUIRE(rig.heard.poses(needle, 10));
  inject(rig, FaultKind::silence, 700ms);
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::lost) >= 1; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  CHECK(rig.heard.poses(needle, 10));
  CHECK(rig.heard.frames_without_link == 0);
}

TEST_CASE("a device that was silent is called until it answers, not given INIT and its 4 s") {
  Rig rig(GENERATE(NdiTrackingMode::bx, NdiTrackingMode::tx));
  REQUIRE(rig.heard.poses(needle, 10));
  Fault deaf;
  deaf.kind = FaultKind::silence;
  deaf.at_most = 3;  // a tracking reply and two calls
  rig.server->inject(deaf);
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  CHECK(rig.heard.poses(needle, 10));
  CHECK(rig.heard.count(Link::lost) == 1);
}

TEST_CASE("a serial device that was silent is called, at the speed it was left with") {
  Rig rig(serve_on_pty(scenario()), scenario(), NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 10));
  Fault deaf;
  deaf.kind = FaultKind::silence;
  deaf.at_most = 5;  // a tracking reply, the answers to the farewell, and two calls
  rig.server->inject(deaf);
  CHECK(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  CHECK(rig.heard.count(Link::lost) == 1);
}

TEST_CASE("damaged, cut, glued and split replies never give a wrong pose") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2);
  const auto kind =
      GENERATE(FaultKind::bad_crc, FaultKind::cut, FaultKind::glued, FaultKind::split);
  Rig rig(mode);
  REQUIRE(rig.heard.poses(needle, 10));
  inject(rig, kind, 300ms, {}, kind == FaultKind::glued ? 40 : 0.01, 3);
  rig.heard.frames.clear();
  REQUIRE(rig.heard.poses(needle, 30));
  for (const auto& f : rig.heard.frames) {
    for (const Body& b : f.bodies) {
      if (!std::holds_alternative<MarkerPose>(b.pose) || !(b.tool == needle)) continue;
      const auto at = std::get<MarkerPose>(b.pose).tracker_from_marker.origin().mm;
      CHECK((at - Eigen::Vector3d(50, 20, -1400)).norm() < 0.05);
    }
  }
}

TEST_CASE("a closed connection is reopened, for ever and by itself") {
  Rig rig(NdiTrackingMode::bx);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::disconnect, 500ms);
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::lost) >= 1; }));
  CHECK(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 5));
}

TEST_CASE("a tool that is unplugged and plugged in again is tracked again") {
  const auto mode = GENERATE(NdiTrackingMode::tx, NdiTrackingMode::bx, NdiTrackingMode::bx2,
                             NdiTrackingMode::stream);
  Rig rig(mode, true);
  REQUIRE(rig.heard.poses(needle, 5));
  inject(rig, FaultKind::unplug, 500ms, "needle");
  REQUIRE(rig.heard.until([&] { return rig.heard.count(Link::tracking) >= 2; }));
  rig.heard.frames.clear();
  CHECK(rig.heard.poses(needle, 5));
  // What was under way when TSTOP was sent is no reason to give up the connection.
  CHECK(rig.heard.count(Link::lost) == 0);
}
