#pragma once
namespace CLI {
class App;
}

namespace trocar {

// `trocar session`: what a session file holds, and what can be saved of a damaged one.
void add_session(CLI::App& app, int& exit_code);

}  // namespace trocar
