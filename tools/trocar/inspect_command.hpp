#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar inspect ndi FILE...`: recorded tracker traffic as one line per tracking reply.
void add_inspect(CLI::App& app, int& exit_code);

}  // namespace trocar
