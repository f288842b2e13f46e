#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar register ct`: where each vertebra of the plan lies in an intraoperative CT, and whether
// one may rely on it.
void add_register(CLI::App& app, int& exit_code);

}  // namespace trocar
