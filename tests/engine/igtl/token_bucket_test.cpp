#include "engine/igtl/token_bucket.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using std::chrono::milliseconds;

TEST_CASE("a bucket gives its burst at once and then its rate") {
  TokenBucket bucket(10, 3);
  Timestamp now{};
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += bucket.take(now) ? 1 : 0;
  CHECK(taken == 3);
  for (int i = 0; i < 100; ++i) {
    now += milliseconds(10);
    taken += bucket.take(now) ? 1 : 0;
  }
  CHECK(taken >= 12);
  CHECK(taken <= 13);
}

TEST_CASE("a bucket that nobody asked for long holds no more than its burst") {
  TokenBucket bucket(10, 3);
  const Timestamp later = Timestamp() + std::chrono::hours(10);
  int taken = 0;
  for (int i = 0; i < 10; ++i) taken += bucket.take(later) ? 1 : 0;
  CHECK(taken == 3);
}
