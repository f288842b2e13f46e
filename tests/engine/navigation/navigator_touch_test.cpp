#include <catch2/catch.hpp>

#include "engine/registration/error_prediction.hpp"
#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

// Holds the needle's tip still in a place of Preop, for a second; the set when it completed.
std::optional<LandmarksCollected> hold_at(Room& room, const Vector3d& tip_mm) {
  std::optional<LandmarksCollected> all;
  for (int i = 0; i < 50; ++i) {
    room.see(tip_mm);
    if (room.navigator.landmarks() != nullptr) all = *room.navigator.landmarks();
  }
  return all;
}
std::optional<LandmarksCollected> touch_all(Room& room) {
  std::optional<LandmarksCollected> all;
  for (const Fiducial& f : plan().fiducials) {
    CHECK_FALSE(all);
    all = hold_at(room, f.position.mm);
  }
  return all;
}

}  // namespace

TEST_CASE("touching every fiducial gives the set in the reference, and the answer registers") {
  Room room(config_with_touch(), false);
  CHECK(room.navigator.guidance().state == EngineState::unregistered);
  const auto all = touch_all(room);
  REQUIRE(all);
  REQUIRE(all->dwells.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    const Point<Reference> truth = preop_from_reference.inverse() * plan().fiducials[i].position;
    CHECK(distance_mm(all->dwells[i].mean, truth) < 1e-6);
  }
  room.navigator.step(registration(), room.now);
  CHECK(room.said("registration of L3 accepted"));
  CHECK(is_shown(room.see({0, 0, 25})));
}

TEST_CASE("progress is told as it is made") {
  Room room(config_with_touch(), false);
  room.navigator.step(RegistrationCleared{}, room.now);
  bool told = false;
  for (int i = 0; i < 50; ++i) {
    room.see(plan().fiducials[0].position.mm);
    told = told || room.said("touched 1 of 5 fiducials, next: F2");
  }
  CHECK(told);
}

TEST_CASE("while something is registered nothing is collected; clearing begins again") {
  Room room(config_with_touch(), true);
  CHECK_FALSE(touch_all(room));
  room.navigator.step(RegistrationCleared{}, room.now);
  CHECK(touch_all(room));
}

TEST_CASE("a set whose registration is refused is touched again") {
  Room room(config_with_touch(), false);
  REQUIRE(touch_all(room));
  Registration bad = registration();
  bad.fre_mm = 9;
  room.navigator.step(bad, room.now);
  CHECK(room.said("registration of L3 refused"));
  CHECK(touch_all(room));
}

TEST_CASE("H5: a tip that was not checked does not register a patient") {
  NavigatorConfig c = config_with_touch();
  c.tip_check = config_with_tip_check().tip_check;
  Room room(c, false);
  CHECK_FALSE(touch_all(room));
  hold_at(room, (preop_from_reference * c.tip_check->divot).mm);
  CHECK(touch_all(room));  // and the rest in the divot was not taken for a fiducial
}
