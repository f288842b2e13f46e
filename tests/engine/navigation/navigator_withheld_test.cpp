#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/navigation/scene.hpp"

// Each reason to withhold is reachable, takes every number with it, and has its place in the order:
// the reason shown is the one to be dealt with first.

using namespace trocar;
using namespace trocar::scene;

namespace {

const Vector3d above(0, 0, 25);

ToolGuidance after(Room& room, const Seen& reference_seen, const Seen& needle_seen) {
  return room.see(frame(room.now + duration_from_ms(10), reference_seen, needle_seen));
}
MarkerPose good_needle() { return needle_pose(pointing_down(above)); }

}  // namespace

TEST_CASE("before the link is up everything is withheld as link lost") {
  Navigator navigator(config(), tools(), model());
  navigator.step(Tick{}, at_ms(5));
  CHECK(why(navigator.guidance().tools[0]) == Withheld::link_lost);
  CHECK(navigator.guidance().state == EngineState::connecting);
}

TEST_CASE("a tool never heard of has no data") {
  Room room(config());
  CHECK(why(room.tick(1)) == Withheld::no_data);
}

TEST_CASE("a link that says lost withholds at once, and poses from before it are gone") {
  Room room(config());
  REQUIRE(is_shown(room.see(above)));
  room.navigator.step(LinkChanged{Link::lost, {"cable"}}, room.now);
  CHECK(why(room.tool()) == Withheld::link_lost);
  CHECK(room.said("tracker lost: cable"));
  room.navigator.step(LinkChanged{Link::tracking, {}}, room.now);
  CHECK(why(room.tool()) == Withheld::no_data);
  CHECK(is_shown(room.see(above)));
}

TEST_CASE("a tool or reference out of volume is withheld, delivered or not") {
  Room room(config());
  CHECK(why(after(room, reference_pose(), Missing::out_of_volume)) == Withheld::out_of_volume);
  CHECK(why(after(room, Missing::out_of_volume, good_needle())) == Withheld::out_of_volume);
  MarkerPose outside = good_needle();
  outside.out_of_volume = true;
  CHECK(why(after(room, reference_pose(), outside)) == Withheld::out_of_volume);
  CHECK(is_shown(after(room, reference_pose(), good_needle())));
}

TEST_CASE("a configuration may accept poses from outside the volume") {
  Room room(read_config(replaced(config_text(), "out_of_volume", "out_of_volume = \"accept\"\n")));
  MarkerPose outside = good_needle();
  outside.out_of_volume = true;
  CHECK(is_shown(after(room, reference_pose(), outside)));
}

TEST_CASE("a marker error just inside the limit is shown, one above it is not") {
  Room room(config());
  MarkerPose pose = good_needle();
  pose.marker_rms_mm = 0.5;
  CHECK(is_shown(after(room, reference_pose(), pose)));
  pose.marker_rms_mm = 0.51;
  CHECK(why(after(room, reference_pose(), pose)) == Withheld::marker_error_high);
  MarkerPose bad_reference = reference_pose();
  bad_reference.marker_rms_mm = 0.51;
  CHECK(why(after(room, bad_reference, good_needle())) == Withheld::marker_error_high);
}

TEST_CASE("a marker error that is no number is above every limit") {
  Room room(config());
  MarkerPose pose = good_needle();
  pose.marker_rms_mm = std::numeric_limits<double>::quiet_NaN();
  CHECK(why(after(room, reference_pose(), pose)) == Withheld::marker_error_high);
}

TEST_CASE("a pose that is not a rigid transform is not finite, and is never interpolated") {
  Room room(config());
  Eigen::Isometry3d broken = good_needle().tracker_from_marker.matrix();
  broken.translation().x() = std::numeric_limits<double>::quiet_NaN();
  CHECK(why(after(room, reference_pose(), seen(broken))) == Withheld::not_finite);
  Eigen::Isometry3d mirrored = good_needle().tracker_from_marker.matrix();
  mirrored.linear().col(0) *= -1;
  CHECK(why(after(room, reference_pose(), seen(mirrored))) == Withheld::not_finite);
  CHECK(is_shown(after(room, reference_pose(), good_needle())));
}

TEST_CASE("a pose just inside the age limit is shown, an older one is not") {
  Room room(config());
  room.see(above);
  CHECK(is_shown(room.tick(90)));
  CHECK(room.tool().age == duration_from_ms(100));
  CHECK(why(room.tick(0.001)) == Withheld::too_old);
}

TEST_CASE("a bound above the limit takes the number, not the neighbour's") {
  NavigatorConfig c = config();
  c.error.max_bound_95_mm = 2.0;
  Room room(c);
  room.navigator.step(registration({0}), room.now);  // two levels away
  const ToolGuidance& g = room.see(above);
  CHECK(is_shown(g));
  CHECK(std::get<Withheld>(g.structures[1].distance) == Withheld::bound_too_large);
}

TEST_CASE("a registration too uncertain for the limit shows no pose and no trajectory") {
  Room room(config(), false);
  Registration vague = registration();
  vague.covariance.theta_t.diagonal().tail<3>().setConstant(9);
  room.navigator.step(vague, room.now);
  vague.vertebra = VertebraId{0};
  room.navigator.step(vague, room.now);
  CHECK(why(room.see(above)) == Withheld::bound_too_large);
}

TEST_CASE(
    "a structure of a vertebra without registration is not registered, the others are shown") {
  Room room(config());
  const ToolGuidance& g = room.see(above);
  CHECK(is_shown(g));
  CHECK(std::get<Withheld>(g.structures[1].distance) == Withheld::not_registered);
}

TEST_CASE("values lost on the way are counted, and degrade for the hold time") {
  Room room(config());
  room.see(above);
  room.navigator.step(Gap{7}, room.now);
  CHECK(room.navigator.guidance().lost_frames == 7);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
  for (int i = 0; i < 51; ++i) room.see(above);
  CHECK(room.navigator.guidance().state == EngineState::ready);
}

TEST_CASE("a bump of the camera degrades until the link is set up anew; an event only is said") {
  Room room(config());
  room.see(above);
  room.navigator.step(DeviceAlert{Severity::event, 1, {"warm"}}, room.now);
  CHECK(room.said("tracker reports event: warm"));
  CHECK(room.navigator.guidance().state == EngineState::ready);
  room.navigator.step(DeviceAlert{Severity::alert, 2, {"bumped"}}, room.now);
  CHECK(room.said("tracker reports alert: bumped"));
  for (int i = 0; i < 200; ++i) room.see(above);
  CHECK(room.navigator.guidance().state == EngineState::degraded);
  room.navigator.step(LinkChanged{Link::tracking, {}}, room.now);
  room.see(above);
  CHECK(room.navigator.guidance().state == EngineState::ready);
}

TEST_CASE("a tool at the edge of view says so at most once per hold time") {
  Room room(config());
  room.see(above);
  int said = 0;
  for (int i = 0; i < 500; ++i) {  // 10 s at 50 Hz, seen in every second frame
    if (i % 2 == 0) {
      after(room, reference_pose(), Missing::too_few_markers);
    } else {
      room.see(above);
    }
    said += room.said("needle: ") ? 1 : 0;
  }
  CHECK(said <= 11);
  CHECK(said >= 2);
}
