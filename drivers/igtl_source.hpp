#pragma once
#include <memory>

#include "drivers/igtl_source_config.hpp"
#include "engine/data/source.hpp"

namespace trocar {

// Poses and images of another OpenIGTLink program: connects to it, or is connected to. Runs on its
// own thread and starts again after every failure, for ever, with growing pauses. Says LinkChanged
// at each change; `tracking` comes with the first pose of a body of the configuration.
std::unique_ptr<Source> make_igtl_source(IgtlSourceConfig config);

}  // namespace trocar
