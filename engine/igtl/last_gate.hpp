#pragma once
#include <cstdint>
#include <string_view>

#include "engine/data/guidance.hpp"

namespace trocar {

// The last gate before the wire. Withholds what no one may be shown: a number that is not finite
// (as the wire's 32 bit float too), a rotation that is not proper to 1e-3 (H8), and every distance
// of a tool whose pose is withheld. Gives how many values it had to refuse; 0 is the rule, because
// the navigator has its own checks.
std::uint64_t withhold_unfit(ToolGuidance& tool);

// Nobody stands behind this tool's numbers any more: all of them become `why`.
void withhold_all(ToolGuidance& tool, Withheld why);

// PLUS's word for a pose that is withheld: MISSING, OUT_OF_VIEW, OUT_OF_VOLUME or INVALID.
// `missing` counts only with tool_not_visible.
std::string_view transform_status(Withheld why, Missing missing);

}  // namespace trocar
