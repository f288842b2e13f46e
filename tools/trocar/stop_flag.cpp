#include "tools/trocar/stop_flag.hpp"

#include <atomic>
#include <csignal>

namespace trocar {
namespace {

std::atomic<bool> stop{false};

extern "C" void on_signal(int /*which*/) { stop.store(true); }

}  // namespace

void stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

bool stop_wanted() { return stop.load(); }

}  // namespace trocar
