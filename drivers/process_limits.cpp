#include "drivers/process_limits.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <system_error>

#include "engine/base/background.hpp"

namespace trocar {

namespace {

// A sanitizer maps terabytes before main: what counts is what comes on top.
std::size_t mapped_bytes() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Status limit_process(const ProcessLimits& limits) {
  const auto cpu_s = static_cast<rlim_t>(std::max<std::int64_t>(
      1, std::chrono::duration_cast<std::chrono::seconds>(limits.cpu).count()));
  const auto set = [](auto what, rlim_t most) {
    const rlimit limit{most, most};
    return ::setrlimit(what, &limit) == 0;
  };
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails, with a reason
  work_in_background();
  const bool good = set(RLIMIT_AS, mapped_bytes() + limits.memory_bytes) &&
                    set(RLIMIT_CPU, cpu_s) && set(RLIMIT_FSIZE, limits.file_bytes) &&
                    set(RLIMIT_CORE, 0) && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (good) return Done{};
  return Error{Code::io, fmt::format("cannot limit the decoding process: {}",
                                     std::generic_category().message(errno))};
}

}  // namespace trocar
