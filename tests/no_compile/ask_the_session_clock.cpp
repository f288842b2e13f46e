#include "engine/base/time.hpp"
trocar::Timestamp wrong() { return trocar::SessionClock::now(); }
