#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar qa merge`: reports of many sessions as one, with control charts. Adds it to `qa`.
void add_qa_merge(CLI::App& qa, int& exit_code);

}  // namespace trocar
