#include "engine/base/transform.hpp"
using namespace trocar;
double wrong(const Point<Preop>& a, const Point<Ras>& b) { return distance_mm(a, b); }
