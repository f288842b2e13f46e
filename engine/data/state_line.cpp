#include "engine/data/state_line.hpp"

namespace trocar {

std::string_view to_string(StateKind kind) {
  switch (kind) {
    case StateKind::alarm:
      return "alarm";
    case StateKind::device:
      return "device";
    case StateKind::registration:
      return "registration";
    case StateKind::tool:
      return "tool";
    case StateKind::zone:
      return "zone";
    case StateKind::recording:
      return "recording";
  }
  return "?";
}

}  // namespace trocar
