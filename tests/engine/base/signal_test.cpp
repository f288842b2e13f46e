#include "engine/base/signal.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace trocar;
using namespace std::chrono_literals;

TEST_CASE("a signal rung before the wait is not missed, and many rings wake once") {
  Signal signal;
  CHECK_FALSE(signal.wait(0ns));
  signal.notify();
  signal.notify();
  CHECK(signal.wait(0ns));
  CHECK_FALSE(signal.wait(0ns));
}

TEST_CASE("a sleeping thread is woken by another") {
  Signal signal;
  std::thread ringer([&] { signal.notify(); });
  CHECK(signal.wait(10s));
  ringer.join();
}
