#include <catch2/catch.hpp>

#include "engine/model/surface_distance.hpp"
#include "engine/runtime/replay.hpp"
#include "tests/engine/runtime/recorded_scene.hpp"
#include "tests/engine/session/faulty_disk.hpp"
#include "tests/tools/temporary_folder.hpp"

// A running engine with its recorder, and what the session it leaves replays to.
using namespace trocar;
using namespace trocar::scene;
using namespace trocar::test;

namespace {

std::unique_ptr<Replay> replayed(const std::filesystem::path& file) {
  auto replay = Replay::open(file);
  if (!replay) FAIL(replay.error().detail);
  while (replay.value()->advance() != nullptr) {
  }
  return std::move(replay).value();
}

}  // namespace

TEST_CASE("what was recorded replays to the same bytes, every time") {
  const TemporaryFolder folder;
  const auto file = record_approach(folder.path());
  for (int i = 0; i < 100; ++i) {
    const auto replay = replayed(file);
    INFO((replay->stats().first ? replay->stats().first->what : ""));
    REQUIRE(replay->stats().differences == 0);
    REQUIRE(replay->end().closed);
    REQUIRE_FALSE(replay->error());
    CHECK(replay->stats().steps >= 64);
    CHECK(replay->stats().guidances >= 63);
    CHECK(replay->stats().lines > 3);
  }
}

TEST_CASE("H2: each number of a recorded guidance recomputes from that guidance's own pose") {
  const TemporaryFolder folder;
  auto reader = SessionReader::open(record_approach(folder.path()));
  REQUIRE(reader);
  const auto tumour = SurfaceDistance::build(*plan().structures[0].surface);
  REQUIRE(tumour);
  SurfaceDistance::Hint hint;
  int shown = 0;
  std::uint64_t last = 0;
  while (const SessionReader::Item* item = reader.value()->next()) {
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr || static_cast<Topic>(m->channel) != Topic::guidance) continue;
    const auto g = decode<Guidance>(m->data);
    REQUIRE(g);
    CHECK(g.value().sequence > last);
    last = g.value().sequence;
    const ToolGuidance& t = g.value().tools[0];
    CHECK(is_shown(t) == std::holds_alternative<ToolPose>(t.pose));
    if (!is_shown(t)) continue;
    ++shown;
    CHECK(t.age == g.value().now - t.acquired);
    const Point<Tip> origin{{0, 0, 0}};
    const Point<Preop> tip = std::get<ToolPose>(t.pose).preop_from_tip * origin;
    const auto& d = std::get<StructureDistance>(t.structures[0].distance);
    CHECK(d.tip_to_structure_mm == tumour.value().from_point(tip, hint).signed_mm);
  }
  CHECK(shown >= 60);
}

TEST_CASE(
    "one number changed in the record is named with its sequence, its field and both values") {
  const TemporaryFolder folder;
  std::uint64_t changed = 0;
  rewrite(record_approach(folder.path()), folder.path() / "changed.mcap",
          [&](Topic topic, std::string data) {
            if (topic != Topic::guidance || changed != 0) return data;
            Guidance g = decode<Guidance>(bytes_of(data)).value();
            if (!is_shown(g.tools[0])) return data;
            auto& d = std::get<StructureDistance>(g.tools[0].structures[0].distance);
            d.tip_to_structure_mm += 0.25;
            changed = g.sequence;
            return encode(g);
          });
  const auto replay = replayed(folder.path() / "changed.mcap");
  REQUIRE(replay->stats().differences == 1);
  CHECK(replay->stats().first->sequence == changed);
  CHECK_THAT(replay->stats().first->what, Catch::Contains("tools[0].structures[0]") &&
                                              Catch::Contains("tip_to_structure_mm") &&
                                              Catch::Contains(" -> "));
}

TEST_CASE("H21: a disk that is full or fails ends the recording, says so, and navigation goes on") {
  Disk disk;
  RunningEngine room(config(), {registration()},
                     recorder_on(std::make_unique<FaultyFile>(disk), config()));
  REQUIRE(room.until([&] { return room.last.recording == Recording::on; }));
  room.say(LinkChanged{Link::tracking, {}});
  const bool full = GENERATE(true, false);
  if (full) {
    disk.capacity = 0;
  } else {
    disk.broken = true;
  }
  const Timestamp failed = room.time.now();
  while (room.last.recording == Recording::on && room.time.now() < failed + duration_from_ms(90)) {
    room.see(Vector3d(0, 0, 25));
    // The recorder's thread looks in real time, the session's time is the test's.
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  REQUIRE(room.until([&] { return room.last.recording == Recording::lost; }));
  CHECK(room.last.now <= failed + duration_from_ms(100));
  CHECK(room.heard(full ? "No space left on device" : "Input/output error", StateKind::alarm));
  room.see(Vector3d(0, 0, 20));
  CHECK(is_shown(room.tool()));
  CHECK(room.last.recording == Recording::lost);
}

TEST_CASE("H21: a disk that hangs delays no pose, and is reported when the ring is full") {
  Disk disk;
  RunningEngine room(config(), {registration()},
                     recorder_on(std::make_unique<FaultyFile>(disk), config()));
  REQUIRE(room.until([&] { return room.last.recording == Recording::on; }));
  room.say(LinkChanged{Link::tracking, {}});
  disk.hanging = true;
  int frames = 0;
  while (room.last.recording == Recording::on && frames < 3000) {
    room.see(Vector3d(0, 0, 25));
    CHECK(is_shown(room.tool()));
    ++frames;
  }
  CHECK(room.last.recording == Recording::lost);
  CHECK(room.heard("recording lost", StateKind::alarm));
  room.see(Vector3d(0, 0, 20));
  CHECK(is_shown(room.tool()));
  disk.hanging = false;
  room.engine.stop();
}

TEST_CASE("recording begins and ends when it is told to, and what lies before can be replayed") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "command.mcap";
  {
    auto file = create_append_file(path);
    RunningEngine room(config(), {registration()}, recorder_on(std::move(file).value(), config()),
                       false);
    room.say(LinkChanged{Link::tracking, {}});
    for (int i = 0; i < 5; ++i) room.see(Vector3d(0, 0, 25));
    CHECK(room.last.recording == Recording::off);
    room.recorder->want(true);
    REQUIRE(room.until([&] { return room.last.recording == Recording::on; }));
    for (int i = 0; i < 5; ++i) room.see(Vector3d(0, 0, 20));
    room.recorder->want(false);
    REQUIRE(room.until([&] { return room.last.recording == Recording::off; }));
    for (int i = 0; i < 5; ++i) room.see(Vector3d(0, 0, 25));
    room.engine.stop();
  }
  const auto replay = replayed(path);
  CHECK(replay->stats().differences == 0);
  CHECK(replay->stats().steps >= 18);
  CHECK(replay->stats().guidances >= 5);
  CHECK(replay->stats().guidances < 12);
}
