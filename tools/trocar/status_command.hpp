#pragma once
namespace CLI {
class App;
}

namespace trocar {

// `trocar status`: what a running engine on this host says of itself.
void add_status(CLI::App& app, int& exit_code);

}  // namespace trocar
