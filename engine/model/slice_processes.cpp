#include "engine/model/slice_processes.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>

namespace trocar {

namespace {

struct Share {
  std::size_t first = 0, last = 0;  // places in the order
};

Status decode_share(const DicomStack& stack, Share share, int into) {
  const VolumeGeometry& g = *stack.examined.geometry;
  const auto voxels = static_cast<std::size_t>(g.size[0]) * static_cast<std::size_t>(g.size[1]);
  std::vector<std::int16_t> slice;
  for (std::size_t place = share.first; place < share.last; ++place) {
    slice.clear();
    Status read = decode_slice(stack, place, slice);
    if (!read) return read;
    if (slice.size() != voxels) {
      return Error{Code::malformed,
                   fmt::format("expected {} pixels in a slice, found {}", voxels, slice.size())};
    }
    const std::size_t bytes = voxels * sizeof(std::int16_t);
    // Written, not mapped: a page fault costs more than the copy.
    if (::pwrite(into, slice.data(), bytes, static_cast<off_t>(place * bytes)) !=
        static_cast<ssize_t>(bytes)) {
      return Error{Code::io, "cannot write the volume"};
    }
  }
  return Done{};
}

// A process with its share of the work; what it says in the end is why it failed.
struct Worker {
  pid_t pid = -1;
  int says = -1;
};

Worker start(const DicomStack& stack, Share share, int into) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  const pid_t pid = ::fork();
  if (pid != 0) {
    ::close(ends[1]);
    if (pid < 0) ::close(ends[0]);
    return pid < 0 ? Worker{} : Worker{pid, ends[0]};
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const Status done = decode_share(stack, share, into);
  if (!done) {
    const std::string& detail = done.error().detail;
    [[maybe_unused]] const auto written = ::write(ends[1], detail.data(), detail.size());
  }
  ::_exit(done ? 0 : 1);
}

Status finish(const Worker& worker) {
  std::string said;
  std::array<char, 1024> some{};
  for (ssize_t n = 0; (n = ::read(worker.says, some.data(), some.size())) > 0;) {
    said.append(some.data(), static_cast<std::size_t>(n));
  }
  ::close(worker.says);
  int status = 0;
  ::waitpid(worker.pid, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  if (!said.empty()) return Error{Code::malformed, said};
  return Error{Code::malformed,
               WIFSIGNALED(status)
                   ? fmt::format("decoding was ended by signal {} ({})", WTERMSIG(status),
                                 strsignal(WTERMSIG(status)))  // NOLINT(concurrency-mt-unsafe)
                   : "decoding ended without a word"};
}

}  // namespace

Status decode_in_processes(const DicomStack& stack, int into, int processes) {
  const std::size_t bytes = stack.examined.geometry->voxels() * sizeof(std::int16_t);
  if (::ftruncate(into, static_cast<off_t>(bytes)) != 0) {
    return Error{Code::out_of_range,
                 fmt::format("expected a volume within the limit, found {} bytes", bytes)};
  }
  const std::size_t slices = stack.examined.order.size();
  const auto parts = static_cast<std::size_t>(std::max(processes, 1));
  std::vector<Worker> workers;
  for (std::size_t k = 1; k < parts; ++k) {
    workers.push_back(start(stack, {slices * k / parts, slices * (k + 1) / parts}, into));
  }
  Status outcome = decode_share(stack, {0, slices / parts}, into);
  for (const Worker& worker : workers) {
    const Status done =
        worker.pid > 0 ? finish(worker) : Status(Error{Code::io, "cannot start a process"});
    if (outcome && !done) outcome = done;
  }
  return outcome;
}

}  // namespace trocar
