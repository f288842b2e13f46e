#pragma once

namespace CLI {
class App;
}

namespace trocar {

// `trocar phantom DIR`. Sets `exit_code` when the command ran; both must outlive the parsing.
void add_phantom(CLI::App& app, int& exit_code);

}  // namespace trocar
