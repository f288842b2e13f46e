#pragma once
#include "engine/igtl/stream_scene.hpp"
#include "engine/model/plan.hpp"

namespace trocar {

// What display clients may see of a plan: surfaces, points, volumes, warnings. Volumes are read
// again when a client asks, through the same gate; one that has changed meanwhile is refused. A
// plan that does not know where its CT lies, as a session's, offers none.
StreamScene scene_of(const Plan& plan, const StreamNames& names);

}  // namespace trocar
