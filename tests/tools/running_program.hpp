#pragma once
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// `trocar ARGUMENTS` as a process of its own, with what it says, on stdout and stderr, in a pipe;
// ended and waited for at the end. TROCAR_PROGRAM is its path.
class RunningProgram {
 public:
  using Clock = std::chrono::steady_clock;

  explicit RunningProgram(std::vector<std::string> arguments) {
    int ends[2] = {-1, -1};
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      execv(TROCAR_PROGRAM, argv.data());
      _exit(127);
    }
    REQUIRE(pid_ > 0);
    close(ends[1]);
    heard_from_ = ends[0];
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram() {
    if (pid_ > 0) {
      signal(SIGCONT);
      end();
    }
    close(heard_from_);
  }

  void signal(int number) const { kill(pid_, number); }

  // Asks it to end, and waits until it has: its exit code, -1 when a signal ended it.
  int end() {
    signal(SIGTERM);
    while (hear(-1)) continue;  // it must not wait for a full pipe
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // Reads lines until one holds `text`: that line; none when there was none until `end`.
  std::optional<std::string> says(const std::string& text, Clock::time_point end) {
    for (;;) {
      for (std::size_t at = 0; (at = heard_.find('\n', told_)) != std::string::npos;) {
        const std::string line = heard_.substr(told_, at - told_);
        told_ = at + 1;
        if (line.find(text) != std::string::npos) return line;
      }
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
      if (left <= 0 || !hear(static_cast<int>(left))) return std::nullopt;
    }
  }

  // All it has said so far. Whoever does not look now and then stops it: the pipe is full.
  const std::string& said() {
    while (hear(0)) continue;
    return heard_;
  }

 private:
  bool hear(int at_most_ms) {
    pollfd readable{heard_from_, POLLIN, 0};
    if (poll(&readable, 1, at_most_ms) <= 0) return false;
    char some[4096];
    const ssize_t n = read(heard_from_, some, sizeof some);
    if (n > 0) heard_.append(some, static_cast<std::size_t>(n));
    return n > 0;
  }

  pid_t pid_ = -1;
  int heard_from_ = -1;
  std::string heard_;
  std::size_t told_ = 0;  // of it, by says()
};

// What follows `before` in a line, up to the next comma or its end.
inline std::string text_after(const std::string& before, const std::string& line) {
  const std::size_t at = line.find(before);
  INFO(line);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + before.size();
  return line.substr(from, line.find(',', from) - from);
}
