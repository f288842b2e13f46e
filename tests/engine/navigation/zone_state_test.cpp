#include "engine/navigation/zone_state.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using scene::at_ms;

namespace {

constexpr Zones zones{2.0, 6.0, 0.5};
constexpr Zones no_hysteresis{2.0, 6.0, 0.0};
const Duration hold = duration_from_ms(1000);

}  // namespace

TEST_CASE("a zone is entered at its distance and left its hysteresis further away") {
  CHECK(zone_of(6.01, zones, Zone::clear) == Zone::clear);
  CHECK(zone_of(6.0, zones, Zone::clear) == Zone::warn);
  CHECK(zone_of(6.5, zones, Zone::warn) == Zone::warn);
  CHECK(zone_of(6.51, zones, Zone::warn) == Zone::clear);
  CHECK(zone_of(2.01, zones, Zone::warn) == Zone::warn);
  CHECK(zone_of(2.0, zones, Zone::warn) == Zone::stop);
  CHECK(zone_of(2.5, zones, Zone::stop) == Zone::stop);
  CHECK(zone_of(2.51, zones, Zone::stop) == Zone::warn);
  CHECK(zone_of(6.51, zones, Zone::stop) == Zone::clear);
  CHECK(zone_of(-3, zones, Zone::clear) == Zone::stop);
}

TEST_CASE("a zone that gets worse is announced at once, one that gets better after the hold time") {
  ZoneState s;
  ZoneStep step = step_zone(s, 1.0, zones, at_ms(0), hold);
  CHECK(step.announce);
  CHECK(step.state.announced == Zone::stop);
  step = step_zone(step.state, 4.0, zones, at_ms(10), hold);
  CHECK(step.state.zone == Zone::warn);
  CHECK_FALSE(step.announce);
  step = step_zone(step.state, 4.0, zones, at_ms(1009), hold);
  CHECK_FALSE(step.announce);
  step = step_zone(step.state, 4.0, zones, at_ms(1010), hold);
  CHECK(step.announce);
  CHECK(step.state.announced == Zone::warn);
}

TEST_CASE("H19: trembling ±0.05 mm at a threshold raises at most one alarm per hold time") {
  ZoneState s;
  int alarms = 0;
  for (int i = 0; i < 3000; ++i) {  // 60 s
    const double lower = 2.0 + (i % 2 == 0 ? 0.05 : -0.05);
    const ZoneStep step = step_zone(s, lower, no_hysteresis, at_ms(20.0 * i), hold);
    s = step.state;
    CHECK(s.zone == (i % 2 == 0 ? Zone::warn : Zone::stop));  // the zone itself hides nothing
    if (step.announce && s.announced == Zone::stop) ++alarms;
  }
  CHECK(alarms == 1);
}

TEST_CASE("H19: slow excursions alarm each time, but never twice within the hold time") {
  ZoneState s;
  std::optional<Timestamp> last;
  int alarms = 0;
  for (int i = 0; i < 3000; ++i) {
    const double lower = 2.0 + ((i / 60) % 2 == 0 ? 0.05 : -0.05);  // 1.2 s each way
    const ZoneStep step = step_zone(s, lower, no_hysteresis, at_ms(20.0 * i), hold);
    s = step.state;
    if (!step.announce || s.announced != Zone::stop) continue;
    if (last) CHECK(at_ms(20.0 * i) - *last >= hold);
    last = at_ms(20.0 * i);
    ++alarms;
  }
  CHECK(alarms == 25);  // none is missing: 50 half periods, every second one in the stop zone
}
