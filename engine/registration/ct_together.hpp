#pragma once
#include <span>

#include "engine/registration/ct_spine.hpp"
#include "engine/registration/ct_verdict.hpp"

namespace trocar {

// What the vertebrae of one scan say of each other; refuses more of them.
// A scan is mirrored as a whole: where one vertebra shows it, those go too that do not themselves
// show the contrary. And a spine does not fold: of each two neighbouring levels accepted, bend and
// slip against the preoperative CT stay within limits, else both are refused.
void check_together(std::span<CtRegistration> results, CtSpine& spine, const CtLimits& limits);

}  // namespace trocar
