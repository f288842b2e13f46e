#include "engine/base/latest.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace trocar;

TEST_CASE("only the newest value is handed over, and only once") {
  Latest<int> latest;
  CHECK(latest.take() == nullptr);
  latest.publish(1);
  latest.publish(2);
  const int* seen = latest.take();
  REQUIRE(seen != nullptr);
  CHECK(*seen == 2);
  CHECK(latest.take() == nullptr);
}

TEST_CASE("a reader that holds a value is not disturbed by the writer") {
  Latest<int> latest;
  latest.publish(1);
  const int* held = latest.take();
  REQUIRE(held != nullptr);
  for (int i = 2; i < 10; ++i) latest.publish(i);
  CHECK(*held == 1);
  REQUIRE(latest.take() != nullptr);
}

TEST_CASE("between threads a value is never torn and never goes back") {
  struct Pair {
    std::uint64_t a = 0, b = 0;
  };
  Latest<Pair> latest;
  constexpr std::uint64_t sent = 200'000;
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= sent; ++i) latest.publish({i, i});
  });
  std::uint64_t last = 0;
  bool whole = true;
  bool rising = true;
  while (last < sent) {
    if (const Pair* p = latest.take()) {
      whole = whole && p->a == p->b;
      rising = rising && p->a > last;
      last = p->a;
    }
  }
  writer.join();
  CHECK(whole);
  CHECK(rising);
}
