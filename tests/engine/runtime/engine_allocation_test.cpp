#include <catch2/catch.hpp>

#include "tests/allocation_counter.hpp"
#include "tests/engine/runtime/running_engine.hpp"

using namespace trocar;
using namespace trocar::scene;

TEST_CASE("from the pushed frame to the published guidance nothing is allocated") {
  RunningEngine room(config(), {registration()});
  room.say(LinkChanged{Link::tracking, {}});
  room.see(Vector3d(0, 0, 40));
  // In and out of the tumour and its zones, lost now and then: state lines go out too.
  std::vector<TrackerFrame> frames;
  Timestamp at = room.time.now();
  for (int i = 0; i < 400; ++i) {
    at += duration_from_ms(20);
    frames.push_back(frame(at, Vector3d(0, 0, 25 + 25 * std::sin(0.05 * i))));
    if (i % 13 == 0) frames.back().bodies[0].pose = Missing::too_few_markers;
  }
  // This thread only pushes and looks at a counter meanwhile; the worker has nothing to do.
  const Counter& taken = room.engine.metrics().frames;
  const Counter& published = room.engine.metrics().published;
  const long before = test::allocations();
  for (const TrackerFrame& f : frames) {
    const std::uint64_t frames_before = taken.value();
    room.time.set(f.received);
    room.source->push(f);
    while (taken.value() == frames_before) std::this_thread::yield();
  }
  const std::uint64_t then = published.value();
  room.time.set(at + duration_from_ms(100));
  while (published.value() == then) std::this_thread::yield();
  CHECK(test::allocations() == before);
  CHECK(taken.value() == 401);
  CHECK(room.until([&] { return room.heard("stop"); }));  // the lines were made on the way
}
