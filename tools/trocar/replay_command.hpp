#pragma once
namespace CLI {
class App;
}

namespace trocar {

// `trocar replay`: a recorded session through the same navigator again.
void add_replay(CLI::App& app, int& exit_code);

}  // namespace trocar
