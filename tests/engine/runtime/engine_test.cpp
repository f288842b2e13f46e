#include "engine/runtime/engine.hpp"

#include <catch2/catch.hpp>

#include "engine/base/log.hpp"
#include "tests/engine/runtime/running_engine.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

SourceEvent link(Link l, const char* why = "") { return LinkChanged{l, {why}}; }

}  // namespace

TEST_CASE("an engine starts, says how it is at once, and stops its source") {
  RunningEngine room(config());
  CHECK(room.last.state == EngineState::connecting);
  room.engine.stop();
  CHECK(room.source->stopped);
  room.engine.stop();  // once more does no harm
}

TEST_CASE("an engine that was never started can go") {
  SteppedTime time;
  Latest<Guidance> newest;
  StateLineRing lines, to_log;
  Signal published;
  EngineParts parts;
  parts.navigator = std::make_unique<Navigator>(config(), tools(), model());
  parts.source = std::make_unique<ScriptedSource>();
  CHECK_NOTHROW(Engine(std::move(parts), time, {newest, lines, to_log, published}));
}

TEST_CASE("a frame is published with its distances, and a registration known at start counts") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  room.see(Vector3d(0, 0, 25));
  REQUIRE(is_shown(room.tool()));
  const auto& d = std::get<StructureDistance>(room.tool().structures[0].distance);
  CHECK(std::abs(d.tip_to_structure_mm - (25 - tumour_radius_mm)) < 0.05);  // mesh of a sphere
  CHECK(room.engine.metrics().frames.value() == 1);
  CHECK(room.until([&] { return room.engine.metrics().received_to_published.count() == 1; }));
}

TEST_CASE("without news the state goes out at each tick, and an old number is taken back") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  room.see(Vector3d(0, 0, 25));
  for (int i = 0; i < 5; ++i) {
    const std::uint64_t sequence = room.last.sequence;
    const Timestamp then = room.time.now() + duration_from_ms(50);
    room.time.set(then);
    REQUIRE(room.until([&] { return room.last.now >= then; }));
    CHECK(room.last.sequence > sequence);
  }
  CHECK_FALSE(is_shown(room.tool()));
}

TEST_CASE("shortly before the next frame is due its work is rehearsed, and nothing is published") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  for (int i = 0; i < 3; ++i) room.see(Vector3d(0, 0, 25));  // 20 ms apart
  REQUIRE(room.engine.metrics().rehearsals.value() == 0);
  const std::uint64_t sequence = room.last.sequence;
  room.time.set(room.time.now() + duration_from_ms(19.5));
  REQUIRE(room.until([&] { return room.engine.metrics().rehearsals.value() == 1; }));
  CHECK(room.last.sequence == sequence);
  room.see(Vector3d(0, 0, 25));
  CHECK(room.last.sequence == sequence + 1);
}

TEST_CASE("a frame that is due is awaited awake, and whatever comes then is taken") {
  if (std::thread::hardware_concurrency() < 2) return;  // one processor has better to do
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  for (int i = 0; i < 3; ++i) room.see(Vector3d(0, 0, 25));  // 20 ms apart
  CHECK(room.engine.metrics().vigils.value() == 0);
  room.time.set(room.time.now() + duration_from_ms(19.9));
  REQUIRE(room.until([&] { return room.engine.metrics().vigils.value() == 1; }));
  room.see(frame(room.time.now() - duration_from_ms(5), Vector3d(0, 0, 30)));
  CHECK(is_shown(room.tool()));
}

TEST_CASE("a frame that does not come is not awaited for long, one out of turn is taken at once") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  for (int i = 0; i < 3; ++i) room.see(Vector3d(0, 0, 25));
  room.time.set(room.time.now() + duration_from_ms(21));
  room.see(Vector3d(0, 0, 30));
  CHECK(room.engine.metrics().vigils.value() == 0);
  CHECK(is_shown(room.tool()));
}

TEST_CASE("an engine that awaits a frame awake can be stopped though its clock stands") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  for (int i = 0; i < 3; ++i) room.see(Vector3d(0, 0, 25));
  room.time.set(room.time.now() + duration_from_ms(19.9));
  CHECK_NOTHROW(room.engine.stop());
}

TEST_CASE("values that found the ring full are told to the navigator") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  room.time.hold();
  const Timestamp from = room.time.now();
  for (int i = 1; i <= 300; ++i) {
    room.source->push(frame(from + duration_from_ms(i), Vector3d(0, 0, 25)));
  }
  room.time.set(from + duration_from_ms(310));
  room.time.release();
  REQUIRE(room.until([&] { return room.last.lost_frames > 0; }));
  CHECK(room.last.lost_frames == 44);  // 300 into a ring of 256
  CHECK(room.heard("lost"));
}

TEST_CASE("H1: a source that loses its device keeps the engine up, and no distance follows") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  room.see(Vector3d(0, 0, 25));
  REQUIRE(is_shown(room.tool()));
  room.say(link(Link::lost, "the cable was pulled"));  // no time passes: within one tick
  REQUIRE(room.until([&] { return room.last.link == Link::lost; }));
  CHECK(why(room.tool()) == Withheld::link_lost);
  CHECK(room.heard("the cable was pulled", StateKind::device));
  room.say(link(Link::connecting));
  CHECK_FALSE(is_shown(room.tool()));
  room.say(link(Link::tracking));
  room.see(Vector3d(0, 0, 30));
  CHECK(is_shown(room.tool()));
}

TEST_CASE("H1: a source that falls silent is found out by the ticks alone") {
  RunningEngine room(config(), {registration()});
  room.say(link(Link::tracking));
  room.see(Vector3d(0, 0, 25));
  const Timestamp then = room.time.now() + duration_from_ms(151);  // link_watchdog_ms = 150
  room.time.set(then);
  REQUIRE(room.until([&] { return room.last.now >= then; }));
  CHECK(why(room.tool()) == Withheld::link_lost);
}

TEST_CASE("every state line reaches the network's ring and the log's") {
  RunningEngine room(config());
  room.say(link(Link::tracking, "a tracker answers"));
  room.say(DeviceAlert{Severity::alert, 7, {"bumped"}});
  REQUIRE(room.until([&] { return room.heard("bumped"); }));
  REQUIRE(room.until([&] { return room.to_file.size() == room.to_network.size(); }));
  for (std::size_t i = 0; i < room.to_file.size(); ++i) {
    CHECK(room.to_file[i].text.view() == room.to_network[i].text.view());
  }
  CHECK(room.engine.metrics().lost_lines.value() == 0);
}

TEST_CASE("touched fiducials are registered by the worker, and the epoch rises") {
  log::to_stderr(false);
  RunningEngine room(config_with_touch());
  room.say(link(Link::tracking));
  REQUIRE(room.last.epoch == 0);
  for (const Fiducial& f : plan().fiducials) room.hold_at(f.position.mm);
  REQUIRE(room.until([&] { return room.last.epoch > 0; }));
  CHECK(room.heard("registration of the spine accepted", StateKind::registration));
  room.see(Vector3d(0, 0, 25));
  REQUIRE(is_shown(room.tool()));
  const auto& d = std::get<StructureDistance>(room.tool().structures[0].distance);
  CHECK(std::abs(d.tip_to_structure_mm - (25 - tumour_radius_mm)) < 0.05);
  log::to_stderr(true);
}

TEST_CASE("H15: a mislabelled set comes back as an alarm, and touching begins again") {
  log::to_stderr(false);
  RunningEngine room(config_with_touch());
  room.say(link(Link::tracking));
  std::vector<Fiducial> confused = plan().fiducials;
  std::swap(confused[1], confused[2]);
  for (const Fiducial& f : confused) room.hold_at(f.position.mm);
  REQUIRE(room.until([&] { return room.heard("refused", StateKind::alarm); }));
  CHECK(room.last.epoch == 0);
  CHECK_FALSE(is_shown(room.tool()));
  for (const Fiducial& f : plan().fiducials) room.hold_at(f.position.mm);
  CHECK(room.until([&] { return room.last.epoch > 0; }));
  log::to_stderr(true);
}
