#include "engine/base/time.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace trocar;
using namespace std::chrono_literals;

template <class Clock>
concept can_tell_now = requires {
  Clock::now();
};

TEST_CASE("the session clock cannot be asked for the time") {
  STATIC_REQUIRE_FALSE(can_tell_now<SessionClock>);
  STATIC_REQUIRE(can_tell_now<std::chrono::steady_clock>);
}

TEST_CASE("manual time moves only when told to") {
  ManualTime time;
  CHECK(time.now() == Timestamp{});
  time.advance(16ms);
  time.advance(1ns);
  CHECK(time.now().time_since_epoch() == 16'000'001ns);
}

TEST_CASE("steady time begins near zero and does not go back") {
  const SteadyTime time;
  Timestamp last = time.now();
  CHECK(last.time_since_epoch() >= 0ns);
  for (int i = 0; i < 1000; ++i) {
    const Timestamp now = time.now();
    REQUIRE(now >= last);
    last = now;
  }
}

TEST_CASE("durations convert to and from the units of configuration") {
  CHECK(duration_from_ms(16.5) == 16'500us);
  CHECK(seconds(1500ms) == Approx(1.5));
  CHECK(milliseconds_of(250us) == Approx(0.25));
}
