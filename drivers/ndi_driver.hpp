#pragma once
#include <memory>
#include <vector>

#include "drivers/ndi_config.hpp"
#include "engine/data/source.hpp"

namespace trocar {

// A tracker that speaks the NDI Combined API, as a source of poses. Runs the session of
// ndi_protocol.hpp on its own thread and starts again after every failure, for ever, with growing
// pauses. Says LinkChanged at each change; a lost link is said at once.
std::unique_ptr<Source> make_ndi_driver(NdiConfig config, std::vector<NdiTool> tools);

}  // namespace trocar
