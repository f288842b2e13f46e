#pragma once
#include <string>

namespace trocar {

// A number as text with a fixed count of decimals and a point, whatever the process locale says
// (H11). "-0.0" is written "0.0": a sign on zero would read as "inside". `decimals` in [0, 9].
// Not finite: the empty text; callers show why there is no number instead.
std::string fixed_number(double value, int decimals);

}  // namespace trocar
