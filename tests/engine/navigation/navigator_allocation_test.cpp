#include <catch2/catch.hpp>
#include <random>

#include "tests/allocation_counter.hpp"
#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

// Allocations of one step, of the call alone.
long count(Navigator& navigator, const Event& event, Timestamp now) {
  const long before = test::allocations();
  navigator.step(event, now);
  return test::allocations() - before;
}

}  // namespace

TEST_CASE("the counter counts") {
  const long before = test::allocations();
  const auto one = std::make_unique<std::vector<int>>(100);
  CHECK(test::allocations() >= before + 2);
}

TEST_CASE("no step allocates: poses, losses, news, registrations, alarms, landmarks") {
  NavigatorConfig c = config_with_touch();
  c.tip_check = config_with_tip_check().tip_check;
  c.tip_check->required = false;
  Room room(c, false);
  std::mt19937_64 random(11);
  long total = 0;
  const auto step = [&](const Event& e) { total += count(room.navigator, e, room.now); };
  for (const Fiducial& f : plan().fiducials) {
    for (int i = 0; i < 40; ++i) {
      const TrackerFrame exposure = frame(room.now + duration_from_ms(10), f.position.mm);
      room.now = exposure.received;
      step(exposure);
    }
  }
  step(registration());
  step(DeviceAlert{Severity::alert, 1, {"bumped"}});
  for (int i = 0; i < 2000; ++i) {
    const Vector3d tip_mm = test::random_in(random, {0, 0, 10}, 20);
    TrackerFrame exposure = frame(room.now + duration_from_ms(10), tip_mm);
    if (i % 17 == 0) exposure.bodies[0].pose = Missing::too_few_markers;
    if (i % 31 == 0) exposure.acquired_bound = duration_from_ms(9);
    room.now = exposure.received;
    step(exposure);
    if (i % 5 == 0) step(Tick{});
    if (i % 97 == 0) step(Gap{1});
    if (i % 301 == 0) step(LinkChanged{Link::tracking, {"again"}});
    if (i % 401 == 0) step(registration({static_cast<std::uint16_t>(i % 7)}));
  }
  step(RegistrationCleared{});
  CHECK(total == 0);
  CHECK(room.navigator.guidance().epoch > 2);
}
