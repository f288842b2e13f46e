#pragma once
#include <string>

#include "tools/qa/merge.hpp"

namespace trocar::qa {

// One page that loads nothing: a control chart for each measure, and the sessions. The same
// sessions give the same bytes.
std::string page_of(const Merge& merge);

}  // namespace trocar::qa
