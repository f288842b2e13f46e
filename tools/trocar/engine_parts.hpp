#pragma once
#include "engine/runtime/engine.hpp"
#include "tools/trocar/or_setup.hpp"

namespace trocar {

// What a checked set-up becomes when it is started: `trocar run` and the test of the main job start
// the same.

// Takes the set-up's model and source.
void take_parts(OrSetup& setup, EngineParts& parts);
EngineParts parts_of(OrSetup& setup);

}  // namespace trocar
