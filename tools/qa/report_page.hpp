#pragma once
#include <string>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// The report as a person reads it: one HTML page that loads nothing, with its pictures inside.
std::string page_of(const Report& report);

}  // namespace trocar::qa
