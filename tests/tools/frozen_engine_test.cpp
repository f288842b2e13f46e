#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <string>

#include "engine/igtl/server_config.hpp"
#include "tests/loopback.hpp"
#include "tests/tools/operating_room.hpp"
#include "tests/tools/running_program.hpp"

// Real processes: an engine that is stopped as the kernel stops it, and the terminal client.
using namespace trocar;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

TEST_CASE("H20: a stopped engine is stale at its clients within three heartbeats, and comes back") {
  constexpr auto patience = std::chrono::seconds(60);  // to start, on a slow machine
  constexpr auto allowance = milliseconds(600);        // of a busy machine; watch looks every 50 ms
  const OperatingRoom room;
  room.write("frozen.toml",  // ports the kernel gives: another test cannot have taken them
             replaced(replaced(room.read("run.toml"), "port = 18944", "port = 0"), "port = 8765",
                      "port = " + std::to_string(test::closed_port())));
  RunningProgram engine({"trocar", "run", room.file("frozen.toml").string()});
  const auto serving = engine.says("serving OpenIGTLink", Clock::now() + patience);
  REQUIRE(serving);
  RunningProgram watch(
      {"trocar", "watch", "--json",
       "127.0.0.1:" + text_after("serving OpenIGTLink on 127.0.0.1 port ", *serving)});
  REQUIRE(watch.says("\"stale\":false,\"heartbeat\":\"state=", Clock::now() + patience));

  engine.signal(SIGSTOP);
  const auto stopped = Clock::now();
  CHECK(watch.says("\"stale\":true", stopped + stale_after + allowance));

  engine.signal(SIGCONT);
  CHECK(watch.says("\"stale\":false,\"heartbeat\":\"state=", Clock::now() + patience));
}
