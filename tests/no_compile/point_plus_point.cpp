#include "engine/base/transform.hpp"
using namespace trocar;
auto wrong(const Point<Preop>& a, const Point<Preop>& b) { return a + b; }
