#include "engine/base/transform.hpp"
using namespace trocar;
auto wrong(const Transform<Tracker, Tool>& tracker_from_tool,
           const Transform<Tracker, Reference>& tracker_from_reference) {
  return tracker_from_tool * tracker_from_reference;
}
