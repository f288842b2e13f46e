#include "engine/navigation/pose_history.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

PoseSample sample(double ms, double x_mm, double rms_mm = 0.1) {
  const auto pose = made<Tracker, Marker>({0, 0, 1}, 0.01 * x_mm, {x_mm, 0, -1000});
  return {at_ms(ms), duration_from_ms(1), MarkerPose{pose, rms_mm, false}};
}
PoseSample lost(double ms) { return {at_ms(ms), duration_from_ms(1), Missing::too_few_markers}; }
const Duration gap = duration_from_ms(50);

}  // namespace

TEST_CASE("a pose of the very exposure is given as measured") {
  PoseHistory h;
  h.add(sample(0, 1));
  h.add(sample(20, 2));
  for (const double ms : {0.0, 20.0}) {
    const auto at = h.at(at_ms(ms), gap);
    REQUIRE(std::holds_alternative<PoseAt>(at));
    CHECK_FALSE(std::get<PoseAt>(at).interpolated);
    CHECK(std::get<PoseAt>(at).pose.tracker_from_marker.origin().mm.x() == (ms == 0.0 ? 1 : 2));
  }
}

TEST_CASE("H16: between two close valid samples a pose is interpolated, and flagged") {
  PoseHistory h;
  h.add(sample(0, 0, 0.1));
  h.add(sample(40, 4, 0.3));
  const auto at = h.at(at_ms(10), gap);
  REQUIRE(std::holds_alternative<PoseAt>(at));
  const PoseAt& p = std::get<PoseAt>(at);
  CHECK(p.interpolated);
  CHECK(p.pose.tracker_from_marker.origin().mm.x() == Approx(1));
  const auto quarter = made<Tracker, Marker>({0, 0, 1}, 0.01, {1, 0, -1000});
  CHECK(angle_between_rad(p.pose.tracker_from_marker, quarter) < 1e-7);
  CHECK(p.pose.marker_rms_mm == 0.3);  // of the worse neighbour
}

TEST_CASE("H16: 200 ms gap: no value inside the gap, at any instant of it") {
  PoseHistory h;
  h.add(sample(0, 0));
  h.add(sample(200, 4));
  for (double ms = 0.5; ms < 200; ms += 0.5) {
    const auto at = h.at(at_ms(ms), gap);
    REQUIRE(std::holds_alternative<NoPose>(at));
    CHECK(std::get<NoPose>(at) == NoPose::gap);
  }
}

TEST_CASE("a neighbour just inside the allowed distance serves, one beyond it does not") {
  PoseHistory h;
  h.add(sample(0, 0));
  h.add(sample(60, 4));
  CHECK(std::holds_alternative<PoseAt>(h.at(at_ms(50), gap)));
  CHECK(std::holds_alternative<NoPose>(h.at(at_ms(50.001), gap)));
  CHECK(std::holds_alternative<PoseAt>(h.at(at_ms(10), gap)));
  CHECK(std::holds_alternative<NoPose>(h.at(at_ms(9.999), gap)));
}

TEST_CASE("a loss between two samples breaks interpolation, on both of its sides") {
  PoseHistory h;
  h.add(sample(0, 0));
  h.add(lost(20));
  h.add(sample(40, 4));
  for (const double ms : {10.0, 20.0, 30.0}) {
    CHECK(std::get<NoPose>(h.at(at_ms(ms), gap)) == NoPose::missing);
  }
}

TEST_CASE("nothing is said before the first sample or after the newest") {
  PoseHistory h;
  CHECK(std::get<NoPose>(h.at(at_ms(0), gap)) == NoPose::no_sample);
  h.add(sample(10, 0));
  CHECK(std::get<NoPose>(h.at(at_ms(9.9), gap)) == NoPose::no_sample);
  CHECK(std::get<NoPose>(h.at(at_ms(10.1), gap)) == NoPose::not_yet);
}

TEST_CASE("an exposure is measured once, and time does not run backwards") {
  PoseHistory h;
  CHECK(h.add(sample(10, 1)));
  CHECK(h.add(sample(10, 2)));
  CHECK(h.size() == 1);
  CHECK(std::get<PoseAt>(h.at(at_ms(10), gap)).pose.tracker_from_marker.origin().mm.x() == 1);
  CHECK_FALSE(h.add(sample(9, 3)));
  CHECK(h.size() == 1);
}

TEST_CASE("a full history forgets the oldest samples only") {
  PoseHistory h;
  for (int i = 0; i < 300; ++i) h.add(sample(10.0 * i, i));
  CHECK(h.size() == PoseHistory::capacity);
  CHECK(h.back(0).acquired == at_ms(2990));
  CHECK(h.back(PoseHistory::capacity - 1).acquired == at_ms(10.0 * (300 - 128)));
  CHECK(std::get<NoPose>(h.at(at_ms(1000), gap)) == NoPose::no_sample);
  CHECK(std::get<PoseAt>(h.at(at_ms(1725), gap)).pose.tracker_from_marker.origin().mm.x() ==
        Approx(172.5));
}

TEST_CASE("a cleared history knows nothing") {
  PoseHistory h;
  h.add(sample(10, 1));
  h.clear();
  CHECK(std::get<NoPose>(h.at(at_ms(10), gap)) == NoPose::no_sample);
  CHECK(h.add(sample(5, 1)));
}
