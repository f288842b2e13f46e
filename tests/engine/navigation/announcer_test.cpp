#include "engine/navigation/announcer.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using scene::at_ms;

TEST_CASE("H19: a first change is said at once, a flutter after it at most once per hold time") {
  Announcer<bool> door{false};
  const Duration hold = duration_from_ms(1000);
  CHECK_FALSE(door.is_due(false, at_ms(0), hold));
  CHECK(door.is_due(true, at_ms(1), hold));
  door.said(true, at_ms(1));
  int said = 0;
  for (int i = 0; i < 500; ++i) {
    const Timestamp now = at_ms(20.0 * i + 2);
    const bool open = i % 2 == 0;
    if (!door.is_due(open, now, hold)) continue;
    door.said(open, now);
    ++said;
  }
  CHECK(said <= 10);
  CHECK(said >= 5);
}

TEST_CASE("what holds at the end of the hold time is said then, not forgotten") {
  Announcer<int> state{0};
  state.said(1, at_ms(0));
  CHECK_FALSE(state.is_due(2, at_ms(999), duration_from_ms(1000)));
  CHECK(state.is_due(2, at_ms(1000), duration_from_ms(1000)));
  CHECK(state.last() == 1);
}
