#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar run CONFIG`: tracker in, guidance out, until a signal or --for ends it.
void add_run(CLI::App& app, int& exit_code);

}  // namespace trocar
