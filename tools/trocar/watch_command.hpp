#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar watch HOST:PORT`: what an OpenIGTLink server says, live.
void add_watch(CLI::App& app, int& exit_code);

}  // namespace trocar
