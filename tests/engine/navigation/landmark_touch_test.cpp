#include "engine/navigation/landmark_touch.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

struct Touching {
  LandmarkTouch touch{plan().fiducials, *config_with_touch().dwell};
  double ms = 0;
  StateLines lines;

  // Holds still for a second; the complete set if that ended it.
  std::optional<LandmarksCollected> hold(const Vector3d& at_mm) {
    std::optional<LandmarksCollected> all;
    for (int i = 0; i < 50; ++i) {
      ms += 20;
      const auto now_complete = touch.add(at_ms(ms), {at_mm});
      if (now_complete) all = now_complete;
    }
    return all;
  }
  std::string say() {
    lines.clear();
    touch.announce(at_ms(ms), lines);
    return lines.empty() ? "" : std::string(lines[0].text.view());
  }
};

}  // namespace

TEST_CASE("a person is led through the fiducials, and the complete set comes out once") {
  Touching t;
  CHECK(t.say() == "touched 0 of 5 fiducials, next: F1");
  CHECK(t.say().empty());
  for (int i = 0; i < 4; ++i) CHECK_FALSE(t.hold({20.0 * i, 1, 2}));
  CHECK(t.say() == "touched 4 of 5 fiducials, next: F5");
  const auto all = t.hold({80, 1, 2});
  REQUIRE(all);
  REQUIRE(all->dwells.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(all->dwells[i].mean.mm.isApprox(Vector3d(20.0 * static_cast<double>(i), 1, 2)));
  }
  CHECK(t.say() == "touched 5 of 5 fiducials, registering");
  CHECK_FALSE(t.hold({200, 0, 0}));
}

TEST_CASE("after a restart everything is touched again") {
  Touching t;
  t.hold({0, 0, 0});
  t.touch.restart();
  CHECK(t.say() == "touched 0 of 5 fiducials, next: F1");
  for (int i = 0; i < 4; ++i) CHECK_FALSE(t.hold({20.0 * i, 1, 2}));
  CHECK(t.hold({80, 1, 2}));
}

TEST_CASE("a line that finds no room is said later") {
  Touching t;
  StateLines full;
  while (full.push_back({})) {
  }
  t.touch.announce(at_ms(0), full);
  CHECK(t.say() == "touched 0 of 5 fiducials, next: F1");
}
