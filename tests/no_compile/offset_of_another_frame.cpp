#include "engine/base/transform.hpp"
using namespace trocar;
auto wrong(const Transform<Preop, Reference>& preop_from_reference, const Offset<Tracker>& o) {
  return preop_from_reference * o;
}
