#pragma once
#include <string>

#include "tools/qa/report.hpp"

// The parts of a session's page that tell of one body.
namespace trocar::qa {

std::string text_of(const Latency& latency);  // with its histogram
std::string section_of(const OfReference& reference);
std::string section_of(const OfTool& tool, const Report& report);

}  // namespace trocar::qa
