#include "tools/trocar/stop_flag.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>

#include "tools/trocar/exit_code.hpp"

namespace trocar {
namespace {

std::atomic<bool> stop{false};
std::atomic<const char*> last_words{nullptr};

extern "C" void on_signal(int /*which*/) {
  stop.store(true);
  const char* const words = last_words.load();
  if (words == nullptr) return;
  // Only what a handler may do: nothing here takes a lock or memory.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, words, std::strlen(words));
  _exit(exit_run_time);
}

}  // namespace

void stop_on_signals() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
}

void end_on_signals(const char* line) { last_words.store(line); }

bool stop_wanted() { return stop.load(); }

}  // namespace trocar
