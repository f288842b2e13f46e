#include "engine/data/tracker_frame.hpp"

namespace trocar {

std::string_view to_string(Missing why) {
  switch (why) {
    case Missing::not_seen:
      return "not_seen";
    case Missing::too_few_markers:
      return "too_few_markers";
    case Missing::out_of_volume:
      return "out_of_volume";
    case Missing::bad_fit:
      return "bad_fit";
    case Missing::interference:
      return "interference";
    case Missing::processing:
      return "processing";
    case Missing::disabled:
      return "disabled";
    case Missing::unplugged:
      return "unplugged";
    case Missing::not_finite:
      return "not_finite";
  }
  return "?";
}

}  // namespace trocar
