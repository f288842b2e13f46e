#include "engine/base/transform.hpp"
using namespace trocar;
auto wrong(const Transform<Preop, Reference>& preop_from_reference, const Point<Tracker>& p) {
  return preop_from_reference * p;
}
