#include "engine/runtime/recompute.hpp"

#include "engine/base/log.hpp"
#include "engine/runtime/replay.hpp"
#include "tests/engine/runtime/recorded_scene.hpp"
#include "tests/tools/temporary_folder.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

// A session in which a person touches the fiducials in this order, until something comes of it.
std::filesystem::path record_touches(const std::filesystem::path& folder,
                                     const std::vector<Fiducial>& touched) {
  const auto path = folder / "touches.mcap";
  auto file = create_append_file(path);
  REQUIRE(file);
  log::to_stderr(false);
  RunningEngine room(config_with_touch(), {},
                     recorder_on(std::move(file).value(), config_with_touch()));
  room.say(LinkChanged{Link::tracking, {}});
  for (const Fiducial& f : touched) room.hold_at(f.position.mm);
  REQUIRE(room.until([&] { return room.last.epoch > 0 || room.heard("registration refused"); }));
  room.see(Vector3d(0, 0, 25));
  room.engine.stop();
  log::to_stderr(true);
  return path;
}

std::vector<Recomputed> recomputed(Replay& replay, const SessionSetup& setup) {
  Recompute recompute(setup);
  while (const Step* step = replay.advance()) recompute.take(*step, replay.navigator());
  CHECK(recompute.without_inputs() == 0);
  return recompute.all();
}

}  // namespace

TEST_CASE("a registration made again of the recorded touches is the recorded one") {
  const TemporaryFolder folder;
  auto replay = Replay::open(record_touches(folder.path(), plan().fiducials));
  REQUIRE(replay);
  const auto all = recomputed(*replay.value(), replay.value()->setup());
  CHECK(replay.value()->stats().differences == 0);
  REQUIRE(all.size() == 1);
  CHECK(all[0].was_accepted);
  CHECK(all[0].is_accepted);
  CHECK(all[0].shift_mm < 1e-9);
  CHECK(all[0].turn_rad < 1e-12);
  CHECK(all[0].fre_difference_mm == 0);
}

TEST_CASE(
    "made again with another position of a fiducial, it differs by about a fraction of that") {
  const TemporaryFolder folder;
  auto replay = Replay::open(record_touches(folder.path(), plan().fiducials));
  REQUIRE(replay);
  SessionSetup other = replay.value()->setup();
  other.plan.fiducials[0].position.mm.z() += 0.5;
  const auto all = recomputed(*replay.value(), other);
  REQUIRE(all.size() == 1);
  REQUIRE(all[0].is_accepted);
  CHECK(all[0].shift_mm > 0.05);
  CHECK(all[0].shift_mm < 0.5);
  CHECK(all[0].fre_difference_mm > 0);
}

TEST_CASE("a registration that was refused is refused again") {
  const TemporaryFolder folder;
  std::vector<Fiducial> confused = plan().fiducials;
  std::swap(confused[1], confused[2]);
  auto replay = Replay::open(record_touches(folder.path(), confused));
  REQUIRE(replay);
  const auto all = recomputed(*replay.value(), replay.value()->setup());
  REQUIRE(all.size() == 1);
  CHECK_FALSE(all[0].was_accepted);
  CHECK_FALSE(all[0].is_accepted);
}
