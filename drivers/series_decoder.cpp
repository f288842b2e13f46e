#include "drivers/series_decoder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <optional>

namespace trocar {

namespace {

constexpr int volume_fd = 3;  // of the decoder
constexpr std::size_t longest_report = 256U << 10U;

// Descriptors and process of one run; what is still open or running goes with it.
class Run {
 public:
  Run() = default;
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    end();
    for (const int fd : {memory_, report_, report_end_}) {
      if (fd >= 0) ::close(fd);
    }
  }

  Status start(const std::filesystem::path& folder, const DecoderConfig& config) {
    memory_ = ::memfd_create("trocar-volume", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    std::array<int, 2> ends{-1, -1};
    if (memory_ < 0 || ::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("cannot make a pipe");
    report_ = ends[0];
    report_end_ = ends[1];
    Status spawned = spawn(folder, config);
    ::close(report_end_);
    report_end_ = -1;
    return spawned;
  }

  // What the decoder says until it ends.
  Result<std::string> report(Duration deadline, int stop) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    std::string text;
    for (;;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        return Error{Code::timeout,
                     fmt::format("expected the decoder to end within {:.0f} s", seconds(deadline))};
      }
      std::array<pollfd, 2> waiting{pollfd{report_, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
      ::poll(waiting.data(), waiting.size(), static_cast<int>(left.count()));
      if (waiting[1].revents != 0) return Error{Code::disconnected, "stopped while decoding"};
      if (waiting[0].revents == 0) continue;
      std::array<char, 4096> some{};
      const ssize_t n = ::read(report_, some.data(), some.size());
      if (n <= 0) return text;
      text.append(some.data(), static_cast<std::size_t>(n));
      if (text.size() > longest_report) return Error{Code::malformed, "the decoder says too much"};
    }
  }

  // Why the decoder ended badly; nothing when it ended well. It has said all it had to.
  std::optional<std::string> end() {
    if (pid_ < 0) return std::nullopt;
    // Its workers are of its group. Whoever is still there has closed its mouth: no use waiting.
    int status = 0;
    constexpr int patience_ms = 1000;
    for (int n = 0; n < patience_ms && !ended_; ++n) {
      ended_ = ::waitpid(pid_, &status, WNOHANG) == pid_;
      if (!ended_) ::usleep(1000);
    }
    ::kill(-pid_, SIGKILL);
    if (!ended_) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
      return "the decoder used more CPU than it may";
    }
    if (WIFSIGNALED(status)) {
      return fmt::format(
          "the decoder was ended by signal {} ({}): files that are damaged, or that "
          "need more memory than it may use",
          WTERMSIG(status),
          strsignal(WTERMSIG(status)));  // NOLINT(concurrency-mt-unsafe) names of signals
    }
    return fmt::format("the decoder ended with code {}", WEXITSTATUS(status));
  }

  void kill_now() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
  }

  // From here on nobody can change the volume under the hands of who reads it.
  [[nodiscard]] bool seal() const {
    return ::fcntl(memory_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0;
  }
  [[nodiscard]] int memory() const { return memory_; }

 private:
  static Error failed(const std::string& what) {
    return {Code::io, fmt::format("cannot start the decoder: {}", what)};
  }

  Status spawn(const std::filesystem::path& folder, const DecoderConfig& config) {
    std::vector<std::string> words = config.command;
    const auto add = [&](const char* name, auto number) {
      words.emplace_back(name);
      words.push_back(std::to_string(number));
    };
    add("--memory-bytes", config.limits.memory_bytes);
    add("--cpu-s", std::chrono::duration_cast<std::chrono::seconds>(config.limits.cpu).count());
    add("--file-bytes", config.limits.file_bytes);
    add("--processes", config.processes);
    words.push_back(folder.string());
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& w : words) arguments.push_back(w.data());
    arguments.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, report_end_, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, memory_, volume_fd);
    posix_spawn_file_actions_addclosefrom_np(&files, volume_fd + 1);
    posix_spawnattr_t how;
    posix_spawnattr_init(&how);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP);
    const int wrong = ::posix_spawn(&pid_, arguments[0], &files, &how, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    if (wrong == 0) return Done{};
    pid_ = -1;
    return failed(fmt::format("{}: {}", words.front(),
                              std::strerror(wrong)));  // NOLINT(concurrency-mt-unsafe)
  }

  pid_t pid_ = -1;
  bool ended_ = false;
  int memory_ = -1, report_ = -1, report_end_ = -1;
};

SeriesReading no_ct(std::string reason) {
  SeriesReading out;
  out.reason = std::move(reason);
  return out;
}

}  // namespace

SeriesReading decode_series(const std::filesystem::path& folder, const DecoderConfig& config,
                            int stop) {
  Run run;
  const Status started = run.start(folder, config);
  if (!started) return no_ct(started.error().detail);
  const auto report = run.report(config.deadline, stop);
  if (!report) {
    run.kill_now();
    run.end();
    return no_ct(report.error().detail);
  }
  if (const auto bad = run.end()) return no_ct(*bad);
  if (!run.seal()) return no_ct("expected the decoder to let go of the volume, it did not");
  return take_decoded(report.value(), run.memory());
}

int run_decoder(const std::filesystem::path& folder, const ProcessLimits& limits, int processes) {
  // Each slice takes and gives back the same few megabytes: kept, they are faulted in once.
  constexpr int kept_bytes = 256 << 20;
  ::mallopt(M_MMAP_THRESHOLD, kept_bytes);  // NOLINT(concurrency-mt-unsafe) one thread here
  ::mallopt(M_TRIM_THRESHOLD, kept_bytes);  // NOLINT(concurrency-mt-unsafe)
  const Status limited = limit_process(limits);
  if (!limited) return 1;
  const std::string report = decode_folder(folder, volume_fd, processes);
  const ssize_t written = ::write(STDOUT_FILENO, report.data(), report.size());
  return written == static_cast<ssize_t>(report.size()) ? 0 : 1;
}

}  // namespace trocar
