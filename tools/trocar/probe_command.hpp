#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar probe ndi ADDRESS`: which device answers, or which step failed and what to check.
void add_probe(CLI::App& app, int& exit_code);

}  // namespace trocar
