#include "engine/data/guidance.hpp"

namespace trocar {

std::string_view to_string(Withheld why) {
  switch (why) {
    case Withheld::no_data:
      return "no_data";
    case Withheld::link_lost:
      return "link_lost";
    case Withheld::tool_not_visible:
      return "tool_not_visible";
    case Withheld::reference_not_visible:
      return "reference_not_visible";
    case Withheld::different_instants:
      return "different_instants";
    case Withheld::too_old:
      return "too_old";
    case Withheld::out_of_volume:
      return "out_of_volume";
    case Withheld::marker_error_high:
      return "marker_error_high";
    case Withheld::implausible:
      return "implausible";
    case Withheld::tip_not_checked:
      return "tip_not_checked";
    case Withheld::tip_check_failed:
      return "tip_check_failed";
    case Withheld::tip_check_expired:
      return "tip_check_expired";
    case Withheld::clock_invalid:
      return "clock_invalid";
    case Withheld::not_registered:
      return "not_registered";
    case Withheld::bound_too_large:
      return "bound_too_large";
    case Withheld::not_finite:
      return "not_finite";
  }
  return "?";
}

std::string_view to_string(Zone zone) {
  switch (zone) {
    case Zone::clear:
      return "clear";
    case Zone::warn:
      return "warn";
    case Zone::stop:
      return "stop";
  }
  return "?";
}

std::string_view to_string(EngineState state) {
  switch (state) {
    case EngineState::connecting:
      return "connecting";
    case EngineState::unregistered:
      return "unregistered";
    case EngineState::ready:
      return "ready";
    case EngineState::degraded:
      return "degraded";
  }
  return "?";
}

std::string_view to_string(Degraded why) {
  switch (why) {
    case Degraded::tracker_alert:
      return "tracker_alert";
    case Degraded::clock_invalid:
      return "clock_invalid";
    case Degraded::frames_lost:
      return "frames_lost";
    case Degraded::late:
      return "late";
    case Degraded::reference_not_visible:
      return "reference_not_visible";
  }
  return "?";
}

}  // namespace trocar
