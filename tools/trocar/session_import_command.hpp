#pragma once
namespace CLI {
class App;
}

namespace trocar {

// `trocar session import`: what PLUS or Slicer recorded, as a session.
void add_session_import(CLI::App& session, int& exit_code);

}  // namespace trocar
