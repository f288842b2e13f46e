#pragma once
#include <string>

#include "tools/qa/report.hpp"

// The pictures of a session's page, as inline SVG. The same report gives the same bytes.
namespace trocar::qa {

// The tip's distance over time in its 95 % band, with the zones; nothing where none was shown.
std::string distance_curve(const OfStructure& structure, const Report& report);
// How often a stage took how long.
std::string histogram(const Latency& latency);
// Planned and reached, seen along the planned axis: where the tool's axis passed entry and target.
std::string reached_picture(const Reached& reached);

}  // namespace trocar::qa
