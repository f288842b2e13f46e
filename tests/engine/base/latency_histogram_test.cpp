#include "engine/base/latency_histogram.hpp"

#include <catch2/catch.hpp>

#include "engine/base/counter.hpp"

using namespace trocar;
using namespace std::chrono_literals;

TEST_CASE("an empty histogram has no latency") {
  const LatencyHistogram h;
  CHECK(h.count() == 0);
  CHECK(h.quantile(0.5) == 0ns);
}

TEST_CASE("quantiles are known to a sixteenth") {
  LatencyHistogram h;
  for (int us = 1; us <= 1000; ++us) h.record(std::chrono::microseconds(us));
  CHECK(h.count() == 1000);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const double exact_ns = q * 1e6;
    const auto told_ns = static_cast<double>(h.quantile(q).count());
    CHECK(told_ns >= exact_ns);
    CHECK(told_ns <= exact_ns * 1.0625 + 1);
  }
}

TEST_CASE("the smallest and the largest latencies find a bucket") {
  LatencyHistogram h;
  h.record(-5ns);
  h.record(0ns);
  h.record(15ns);
  h.record(16ns);
  h.record(17ns);
  h.record(48h);
  CHECK(h.count() == 6);
  CHECK(h.quantile(1.0 / 3) == 0ns);
  CHECK(h.quantile(0.5) == 15ns);
  CHECK(h.quantile(1.0) > 10min);
}

TEST_CASE("a counter adds up what several threads count") {
  Counter c;
  c.add();
  c.add(41);
  CHECK(c.value() == 42);
}
