#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/engine/session/session_bytes.hpp"
#include "tests/tools/temporary_folder.hpp"

// A writer that is killed while it writes. bench_session --kills does the same to the recorder
// under the full load of an operating room.
using namespace trocar;
using namespace trocar::test;

namespace {

// In the child: records until it is killed, and says after each commit how many messages it has.
[[noreturn]] void record_for_ever(const std::filesystem::path& file, int acknowledge) {
  auto created = create_append_file(file);
  if (!created) ::_exit(1);
  auto begun = SessionWriter::begin(std::move(created).value(), small_prologue());
  if (!begun) ::_exit(1);
  for (std::uint64_t n = 0;; ++n) {
    begun.value()->add(1, n, bytes_of("message " + std::to_string(n) + std::string(n % 700, '.')));
    if (n % 7 != 6) continue;
    if (!begun.value()->commit()) ::_exit(1);
    const std::uint64_t done = begun.value()->committed_messages();
    if (::write(acknowledge, &done, sizeof done) != sizeof done) ::_exit(1);
  }
}

}  // namespace

TEST_CASE("H21: a writer killed at any time loses nothing that it acknowledged") {
  const TemporaryFolder folder;
  std::mt19937 random(2100);
  for (int round = 0; round < 40; ++round) {
    const auto file = folder.path() / ("killed" + std::to_string(round) + ".mcap");
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) record_for_ever(file, pipe[1]);
    ::close(pipe[1]);
    std::uint64_t acknowledged = 0;
    std::uint64_t said = 0;
    REQUIRE(::read(pipe[0], &said, sizeof said) == sizeof said);  // it has begun
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    ::kill(child, SIGKILL);
    do {
      acknowledged = said;
    } while (::read(pipe[0], &said, sizeof said) == sizeof said);
    ::close(pipe[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    const WhatWasRead all = read_all(file);
    CHECK(all.messages.size() >= acknowledged);
    CHECK(all.attachments.size() == 1);
    for (std::size_t n = 0; n < all.messages.size(); ++n) {
      REQUIRE(all.messages[n] == "message " + std::to_string(n) + std::string(n % 700, '.'));
    }
  }
}
