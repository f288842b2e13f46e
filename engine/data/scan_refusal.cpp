#include "engine/data/scan_refusal.hpp"

#include <fmt/format.h>

namespace trocar {

std::string_view to_string(ScanRefusal why) {
  switch (why) {
    case ScanRefusal::not_decoded:
      return "not_decoded";
    case ScanRefusal::another_patient:
      return "another_patient";
    case ScanRefusal::no_patient:
      return "no_patient";
    case ScanRefusal::reference_not_found:
      return "reference_not_found";
    case ScanRefusal::level_not_known:
      return "level_not_known";
    case ScanRefusal::not_registered:
      return "not_registered";
    case ScanRefusal::no_vertebra_accepted:
      return "no_vertebra_accepted";
    case ScanRefusal::reference_moved:
      return "reference_moved";
  }
  return "unknown";
}

std::string reason_of(ScanRefusal why, std::string_view detail) {
  return fmt::format("{}: {}", to_string(why), detail);
}

}  // namespace trocar
