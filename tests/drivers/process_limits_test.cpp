#include "drivers/process_limits.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>

using namespace trocar;
using namespace std::chrono_literals;

namespace {

constexpr ProcessLimits few{64U << 20U, 1s, 4096};

// Limits hold for good, so each test has a process of its own; its exit code is the answer.
template <class Work>
int in_limited_process(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(limit_process(few) ? work() : 99);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void* map(std::size_t bytes) {
  return ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

}  // namespace

TEST_CASE("memory beyond the limit is not to be had, within it is") {
  CHECK(in_limited_process([] { return map(16U << 20U) == MAP_FAILED ? 1 : 0; }) == 0);
  CHECK(in_limited_process([] { return map(128U << 20U) == MAP_FAILED ? 0 : 1; }) == 0);
}

TEST_CASE("a file grows to its limit, and beyond it writing fails with a reason") {
  CHECK(in_limited_process([] {
          const int fd = ::memfd_create("test", 0);
          if (::ftruncate(fd, 4096) != 0) return 1;
          return ::ftruncate(fd, 4097) != 0 && errno == EFBIG ? 0 : 2;
        }) == 0);
}

TEST_CASE("no core, no new privileges, gone with its parent, behind the others") {
  CHECK(in_limited_process([] {
          rlimit core{};
          ::getrlimit(RLIMIT_CORE, &core);
          int signal = 0;
          ::prctl(PR_GET_PDEATHSIG, &signal);
          const bool good = core.rlim_max == 0 && signal == SIGKILL &&
                            ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
                            ::getpriority(PRIO_PROCESS, 0) >= 5;
          return good ? 0 : 1;
        }) == 0);
}

TEST_CASE("the time on the CPU is limited in whole seconds, one at least") {
  CHECK(in_limited_process([] {
          rlimit cpu{};
          ::getrlimit(RLIMIT_CPU, &cpu);
          return cpu.rlim_cur == 1 ? 0 : 1;
        }) == 0);
}
