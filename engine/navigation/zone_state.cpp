#include "engine/navigation/zone_state.hpp"

namespace trocar {

Zone zone_of(double lower_mm, const Zones& zones, Zone before) {
  const double stay_stop = before == Zone::stop ? zones.hysteresis_mm : 0.0;
  const double stay_warn = before != Zone::clear ? zones.hysteresis_mm : 0.0;
  if (lower_mm <= zones.stop_mm + stay_stop) return Zone::stop;
  if (lower_mm <= zones.warn_mm + stay_warn) return Zone::warn;
  return Zone::clear;
}

ZoneStep step_zone(const ZoneState& before, double lower_mm, const Zones& zones, Timestamp now,
                   Duration hold) {
  ZoneState after = before;
  after.zone = zone_of(lower_mm, zones, before.zone);
  if (after.zone >= before.announced) {
    after.better_since.reset();
    after.announced = after.zone;
    return {after, after.zone > before.announced};
  }
  if (!before.better_since) after.better_since = now;
  const bool held = now - *after.better_since >= hold;
  if (held) {
    after.announced = after.zone;
    after.better_since.reset();
  }
  return {after, held};
}

}  // namespace trocar
