#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "engine/igtl/server_config.hpp"
#include "tests/loopback.hpp"
#include "tests/tools/operating_room.hpp"

// Real processes: an engine that is stopped as the kernel stops it, and the terminal client.
using namespace trocar;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

// `trocar ARGUMENTS` with what it says, on stdout and stderr, in a pipe; ended and waited for at
// the end.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    int ends[2] = {-1, -1};
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      std::vector<char*> argv;
      for (std::string& a : arguments) argv.push_back(a.data());
      argv.push_back(nullptr);
      execv(TROCAR_PROGRAM, argv.data());
      _exit(127);
    }
    REQUIRE(pid_ > 0);
    close(ends[1]);
    heard_from_ = ends[0];
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    signal(SIGCONT);
    signal(SIGTERM);
    close(heard_from_);
    waitpid(pid_, nullptr, 0);
  }

  void signal(int number) const { kill(pid_, number); }

  // Reads lines until one holds `text`: that line; none when there was none until `end`.
  std::optional<std::string> says(const std::string& text, Clock::time_point end) {
    for (;;) {
      for (std::size_t at = 0; (at = heard_.find('\n')) != std::string::npos;) {
        const std::string line = heard_.substr(0, at);
        heard_.erase(0, at + 1);
        if (line.find(text) != std::string::npos) return line;
      }
      const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now()).count();
      pollfd readable{heard_from_, POLLIN, 0};
      if (left <= 0 || poll(&readable, 1, static_cast<int>(left)) <= 0) return std::nullopt;
      char some[4096];
      const ssize_t n = read(heard_from_, some, sizeof some);
      if (n <= 0) return std::nullopt;
      heard_.append(some, static_cast<std::size_t>(n));
    }
  }

 private:
  pid_t pid_ = -1;
  int heard_from_ = -1;
  std::string heard_;
};

// The port of the stream in the engine's first lines.
std::string port_in(const std::string& line) {
  const std::string before = "serving OpenIGTLink on 127.0.0.1 port ";
  const std::size_t at = line.find(before) + before.size();
  return line.substr(at, line.find(',', at) - at);
}

}  // namespace

TEST_CASE("H20: a stopped engine is stale at its clients within three heartbeats, and comes back") {
  constexpr auto patience = std::chrono::seconds(60);  // to start, on a slow machine
  constexpr auto allowance = milliseconds(600);        // of a busy machine; watch looks every 50 ms
  const OperatingRoom room;
  room.write("frozen.toml",  // ports the kernel gives: another test cannot have taken them
             replaced(replaced(room.read("run.toml"), "port = 18944", "port = 0"), "port = 8765",
                      "port = " + std::to_string(test::closed_port())));
  Program engine({"trocar", "run", room.file("frozen.toml").string()});
  const auto serving = engine.says("serving OpenIGTLink", Clock::now() + patience);
  REQUIRE(serving);
  Program watch({"trocar", "watch", "--json", "127.0.0.1:" + port_in(*serving)});
  REQUIRE(watch.says("\"stale\":false,\"heartbeat\":\"state=", Clock::now() + patience));

  engine.signal(SIGSTOP);
  const auto stopped = Clock::now();
  CHECK(watch.says("\"stale\":true", stopped + stale_after + allowance));

  engine.signal(SIGCONT);
  CHECK(watch.says("\"stale\":false,\"heartbeat\":\"state=", Clock::now() + patience));
}
