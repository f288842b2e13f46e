#pragma once
#include <string>

#include "tools/qa/report.hpp"

// What the pictures over time share: one axis, so that they stand under each other, and colours.
namespace trocar::qa::picture {

inline constexpr double width = 960;  // px
inline constexpr double left = 132;   // of the axis

inline constexpr const char* red = "#c9543f";
inline constexpr const char* purple = "#8b5a8f";
inline constexpr const char* blue = "#2b5f93";
inline constexpr const char* pale_blue = "#c3d7ea";
inline constexpr const char* green = "#4c9a6a";
inline constexpr const char* pale_green = "#a9d3b8";
inline constexpr const char* yellow = "#d8b04a";
inline constexpr const char* ink = "#1d2733";
inline constexpr const char* grid = "#e6eaee";

// Where a time of the record stands; what came before it or after it, at its ends.
double x_of(double at_s, const Report& report);
// Lines and times from `top` to `bottom`, px.
std::string time_axis(const Report& report, double top, double bottom);

}  // namespace trocar::qa::picture
