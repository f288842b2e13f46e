#pragma once
#include <optional>

#include "engine/base/time.hpp"
#include "engine/data/guidance.hpp"
#include "engine/model/plan.hpp"

namespace trocar {

// Which zone a structure is in, as a pure machine: state and lower bound in, state and news out.
// The zone itself follows at once when it gets worse, and by the plan's hysteresis distance when it
// gets better. What is announced gets better only after `hold`, so that an instrument trembling at
// a threshold raises at most one alarm per `hold` (H19), whatever the plan's hysteresis is.
struct ZoneState {
  Zone zone = Zone::clear;
  Zone announced = Zone::clear;
  std::optional<Timestamp> better_since;  // since when the zone is better than announced
};

struct ZoneStep {
  ZoneState state;
  bool announce = false;  // the announced zone changed: an alarm when it is stop, else news
};

// Zone for a clearance that is at least `lower_mm`, coming from `before`.
Zone zone_of(double lower_mm, const Zones& zones, Zone before);

ZoneStep step_zone(const ZoneState& before, double lower_mm, const Zones& zones, Timestamp now,
                   Duration hold);

}  // namespace trocar
