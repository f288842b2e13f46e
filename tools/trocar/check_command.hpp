#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar check CONFIG`: validates configuration, plan and tools without starting anything.
void add_check(CLI::App& app, int& exit_code);

}  // namespace trocar
