#pragma once
namespace CLI {
class App;
}

namespace trocar {

// `trocar qa`: reports of recorded sessions.
void add_qa(CLI::App& app, int& exit_code);

}  // namespace trocar
