#pragma once
#include <string>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// The engine's states, what the tracker saw of each body and what was shown of each instrument, and
// what happened, over time, as inline SVG; with what its colours mean. The same report gives the
// same bytes.
std::string timeline(const Report& report);

}  // namespace trocar::qa
