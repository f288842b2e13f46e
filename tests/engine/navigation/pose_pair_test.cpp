#include "engine/navigation/pose_pair.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

struct Histories {
  PoseHistory tool;
  PoseHistory reference;
  void tool_at(double ms) { add(tool, ms, needle_pose(pointing_down({0, 0, 25}))); }
  void reference_at(double ms) { add(reference, ms, reference_pose()); }
  static void add(PoseHistory& h, double ms, const Seen& seen_pose) {
    h.add({at_ms(ms), duration_from_ms(1), seen_pose});
  }
  [[nodiscard]] std::variant<Withheld, PosePair> newest(double now_ms) const {
    return newest_pair(tool, reference, config().pose, at_ms(now_ms));
  }
  [[nodiscard]] std::optional<Withheld> why_not(double now_ms) const {
    const auto pair = newest(now_ms);
    if (std::holds_alternative<PosePair>(pair)) return std::nullopt;
    return std::get<Withheld>(pair);
  }
};

}  // namespace

TEST_CASE("poses of the same exposure are composed as measured") {
  Histories h;
  h.reference_at(100);
  h.tool_at(100);
  const auto pair = h.newest(110);
  REQUIRE(std::holds_alternative<PosePair>(pair));
  CHECK(std::get<PosePair>(pair).acquired == at_ms(100));
  CHECK_FALSE(std::get<PosePair>(pair).reference_interpolated);
}

TEST_CASE(
    "a tool pose newer than the reference waits, and the newest that can be composed serves") {
  Histories h;
  h.reference_at(100);
  h.tool_at(100);
  h.tool_at(108);
  h.tool_at(116);
  CHECK(std::get<PosePair>(h.newest(120)).acquired == at_ms(100));
  h.reference_at(112);
  CHECK(std::get<PosePair>(h.newest(120)).acquired == at_ms(108));
  CHECK(std::get<PosePair>(h.newest(120)).reference_interpolated);
}

TEST_CASE("a waiting tool pose does not wait for ever") {
  Histories h;
  h.reference_at(100);
  h.tool_at(101);
  CHECK(h.why_not(110) == Withheld::different_instants);
  h.tool_at(195);
  CHECK(h.why_not(200) == Withheld::different_instants);
  CHECK(h.why_not(201) == Withheld::too_old);  // the reference is
}

TEST_CASE("H1: a loss as the newest sample is not bridged by what was seen before it") {
  Histories h;
  h.reference_at(100);
  h.tool_at(100);
  Histories::add(h.tool, 110, Missing::not_seen);
  CHECK(h.why_not(111) == Withheld::tool_not_visible);
  h.reference_at(120);
  h.tool_at(120);
  Histories::add(h.reference, 130, Missing::not_seen);
  h.tool_at(130);
  CHECK(h.why_not(131) == Withheld::reference_not_visible);
}

TEST_CASE("waiting does not reach back over a loss of the tool") {
  Histories h;
  h.reference_at(100);
  h.tool_at(100);
  Histories::add(h.tool, 110, Missing::not_seen);
  h.tool_at(120);
  CHECK(h.why_not(121) == Withheld::different_instants);
}

TEST_CASE("an instant at which the reference was lost is not composed although both are seen now") {
  Histories h;
  h.reference_at(100);
  Histories::add(h.reference, 110, Missing::not_seen);
  h.reference_at(120);
  h.tool_at(115);
  CHECK(h.why_not(121) == Withheld::reference_not_visible);
}

TEST_CASE("nothing heard of the tool, or of the reference, has its own reason") {
  Histories h;
  h.reference_at(100);
  CHECK(h.why_not(101) == Withheld::no_data);
  Histories no_reference;
  no_reference.tool_at(100);
  CHECK(no_reference.why_not(101) == Withheld::reference_not_visible);
}

TEST_CASE("H17: a body nearer or further than the configured room is implausible") {
  Histories h;
  h.reference_at(100);
  h.tool_at(100);
  PosePair pair = std::get<PosePair>(h.newest(110));
  CHECK_FALSE(doubt(pair, config().pose));
  PoseLimits far_room = config().pose;
  far_room.tracker_distance = {1800, 3000};
  CHECK(doubt(pair, far_room) == Withheld::implausible);
  PoseLimits small_room = config().pose;
  small_room.reference_distance = {20, 50};
  CHECK(doubt(pair, small_room) == Withheld::implausible);
  pair.tool = pair.reference;  // two bodies at one place
  CHECK(doubt(pair, config().pose) == Withheld::implausible);
}
