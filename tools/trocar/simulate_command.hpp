#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar simulate ndi SCENARIO`: a tracker without hardware.
void add_simulate(CLI::App& app, int& exit_code);

}  // namespace trocar
