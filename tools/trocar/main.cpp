#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "engine/base/config_reader.hpp"
#include "tools/trocar/check_command.hpp"
#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/inspect_command.hpp"
#include "tools/trocar/phantom_command.hpp"
#include "tools/trocar/probe_command.hpp"
#include "tools/trocar/qa_command.hpp"
#include "tools/trocar/receive_command.hpp"
#include "tools/trocar/register_command.hpp"
#include "tools/trocar/replay_command.hpp"
#include "tools/trocar/run_command.hpp"
#include "tools/trocar/session_command.hpp"
#include "tools/trocar/simulate_command.hpp"
#include "tools/trocar/status_command.hpp"
#include "tools/trocar/stop_flag.hpp"
#include "tools/trocar/usage.hpp"
#include "tools/trocar/watch_command.hpp"

namespace {

constexpr const char* about =
    "trocar: real-time navigation for minimally invasive spine-tumour surgery.\n"
    "Research software, not a cleared medical device.\n\n"
    "First steps:  trocar phantom DIR   makes a patient\n"
    "              trocar probe ndi ADDRESS  says which tracker answers, or what to check\n"
    "              trocar check CONFIG  validates everything without starting\n"
    "              trocar run CONFIG    tracker in, distances out over OpenIGTLink\n"
    "              trocar watch HOST    shows them\n"
    "              trocar status        says how the engine is and who is connected\n"
    "              trocar replay FILE --verify  a recorded session, again, to the bit\n";

constexpr const char* exit_codes =
    "Exit codes: 0 ok, 1 run time, 2 usage, 3 configuration, 4 device, 5 check failed";

int run_app(int argc, char** argv) {
  CLI::App app{about, "trocar"};
  app.footer(exit_codes);
  app.require_subcommand(1);
  app.set_version_flag("--version", "trocar " TROCAR_VERSION);
  int exit_code = trocar::exit_ok;
  trocar::add_run(app, exit_code);
  trocar::add_check(app, exit_code);
  trocar::add_probe(app, exit_code);
  trocar::add_watch(app, exit_code);
  trocar::add_status(app, exit_code);
  trocar::add_receive(app, exit_code);
  trocar::add_replay(app, exit_code);
  trocar::add_session(app, exit_code);
  trocar::add_register(app, exit_code);
  trocar::add_qa(app, exit_code);
  trocar::add_inspect(app, exit_code);
  trocar::add_simulate(app, exit_code);
  trocar::add_phantom(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // help, version
    std::fprintf(stderr, "%s\n", trocar::usage_error(app, e).c_str());
    return trocar::exit_usage;
  }
  return exit_code;
}

int run_guarded(int argc, char** argv) {
  try {
    return run_app(argc, argv);
  } catch (const trocar::ConfigError& e) {
    std::fprintf(stderr, "trocar: %s\n", e.what());
    return trocar::exit_configuration;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "trocar: %s\n", e.what());
    return trocar::exit_run_time;
  }
}

// A report that went to a full disk or a closed pipe is no report.
int after_writing(int exit_code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return exit_code;
  std::fputs("trocar: expected to write on stdout, the system refused\n", stderr);
  return exit_code == trocar::exit_ok ? trocar::exit_run_time : exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  trocar::stop_on_signals();
  return after_writing(run_guarded(argc, argv));
}
