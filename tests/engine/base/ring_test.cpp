#include "engine/base/ring.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace trocar;

TEST_CASE("a ring gives values back in the order they came") {
  Ring<int, 4> ring;
  int out = 0;
  CHECK_FALSE(ring.pop(out));
  for (int round = 0; round < 10; ++round) {
    CHECK(ring.push(3 * round));
    CHECK(ring.push(3 * round + 1));
    REQUIRE(ring.pop(out));
    CHECK(out == 3 * round);
    REQUIRE(ring.pop(out));
    CHECK(out == 3 * round + 1);
  }
  CHECK(ring.dropped() == 0);
}

TEST_CASE("a ring is empty exactly when it has nothing to give") {
  Ring<int, 4> ring;
  int out = 0;
  for (int round = 0; round < 10; ++round) {
    CHECK(ring.empty());
    ring.push(round);
    CHECK_FALSE(ring.empty());
    REQUIRE(ring.pop(out));
  }
  CHECK(ring.empty());
}

TEST_CASE("a full ring drops the oldest value and counts it") {
  Ring<int, 4> ring;
  for (int i = 0; i < 4; ++i) CHECK(ring.push(i));
  CHECK_FALSE(ring.push(4));
  CHECK_FALSE(ring.push(5));
  CHECK(ring.dropped() == 2);
  int out = -1;
  for (const int expected : {2, 3, 4, 5}) {
    REQUIRE(ring.pop(out));
    CHECK(out == expected);
  }
  CHECK_FALSE(ring.pop(out));
}

TEST_CASE("with a slow reader nothing arrives twice, out of order or torn, and losses add up") {
  struct Wide {
    std::uint64_t a = 0, b = 0, c = 0, d = 0;
  };
  Ring<Wide, 8> ring;
  constexpr std::uint64_t sent = 200'000;
  std::uint64_t got = 0;
  std::uint64_t last = 0;
  bool whole = true;
  bool rising = true;
  std::atomic<bool> ended{false};
  std::thread reader([&] {
    Wide w;
    for (bool final_pass = false; !final_pass;) {
      final_pass = ended.load();
      while (ring.pop(w)) {
        ++got;
        whole = whole && w.a == w.b && w.b == w.c && w.c == w.d;
        rising = rising && w.a > last;
        last = w.a;
      }
    }
  });
  for (std::uint64_t i = 1; i <= sent; ++i) ring.push({i, i, i, i});
  ended = true;
  reader.join();
  CHECK(whole);
  CHECK(rising);
  CHECK(got + ring.dropped() == sent);
  Wide newest;
  CHECK(ring.push({sent + 1, 0, 0, 0}));
  REQUIRE(ring.pop(newest));
  CHECK(newest.a == sent + 1);
}
