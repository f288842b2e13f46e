#pragma once
#include "engine/igtl/guidance_server.hpp"
#include "engine/runtime/engine.hpp"
#include "tools/trocar/or_setup.hpp"

namespace trocar {

// What a checked set-up becomes when it is started: `trocar run` and the test of the main job start
// the same.

// What display clients are shown of the plan.
StreamScene scene_of(const OrSetup& setup);
// Takes the set-up's model and source.
EngineParts parts_of(OrSetup& setup);

}  // namespace trocar
