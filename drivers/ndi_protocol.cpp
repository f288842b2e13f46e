#include "drivers/ndi_protocol.hpp"

namespace trocar {

std::string_view to_string(NdiStep step) {
  switch (step) {
    case NdiStep::connecting:
      return "connecting";
    case NdiStep::calling:
      return "waiting for the device to answer";
    case NdiStep::resetting:
      return "resetting the device";
    case NdiStep::setting_speed:
      return "setting the serial speed";
    case NdiStep::initialising:
      return "initialising the device";
    case NdiStep::reading_revision:
      return "reading the API revision";
    case NdiStep::identifying:
      return "identifying the device";
    case NdiStep::reading_timeouts:
      return "reading the device's timeouts";
    case NdiStep::listing_stale:
      return "listing stale tools";
    case NdiStep::freeing:
      return "freeing a stale tool";
    case NdiStep::requesting_handle:
      return "requesting a tool handle";
    case NdiStep::uploading:
      return "uploading a tool definition";
    case NdiStep::listing_uninitialised:
      return "listing tools to initialise";
    case NdiStep::initialising_tool:
      return "initialising a tool";
    case NdiStep::listing_unenabled:
      return "listing tools to enable";
    case NdiStep::describing:
      return "reading a tool's description";
    case NdiStep::enabling:
      return "enabling a tool";
    case NdiStep::starting:
      return "starting to track";
    case NdiStep::tracking:
      return "tracking";
    case NdiStep::resynchronising:
      return "finding the start of replies again";
    case NdiStep::stopping:
      return "stopping to look for tools";
    case NdiStep::backing_off:
      return "waiting before the next attempt";
  }
  return "unknown";
}

}  // namespace trocar
