#pragma once
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar::bench {

// A program with what it says on stderr in a pipe; ended and waited for at the end. plain.
class Program {
 public:
  using Clock = std::chrono::steady_clock;

  // Errors: io.
  Status start(std::vector<std::string> words, bool no_delay = false);
  Program() = default;
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  // The next line that holds one of `texts`; none when it ended, or none came until `end`.
  std::optional<std::string> says(const std::vector<std::string>& texts, Clock::time_point end);
  // Waits for its own end: its exit code.
  int wait();

 private:
  pid_t pid_ = -1;
  int heard_from_ = -1;
  std::string heard_;
};

// One way from storescu to the epoch, ms from the start of storescu.
struct Passage {
  double last_slice_ms = 0, volume_ms = 0, epoch_ms = 0;
  int vertebrae = 0;
};

// Starts `trocar run` on a room of make_receive_room, sends one series by storescu, ends both.
// `no_delay`: storescu with TCP_NODELAY=1. Errors: one line, with what the engine said last.
Result<Passage> pass_series(const std::filesystem::path& trocar, const std::filesystem::path& room,
                            const std::filesystem::path& series, const char* proposes,
                            bool no_delay);

}  // namespace trocar::bench
