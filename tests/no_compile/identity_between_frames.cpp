#include "engine/base/transform.hpp"
using namespace trocar;
auto wrong = Transform<Preop, Reference>::identity();
