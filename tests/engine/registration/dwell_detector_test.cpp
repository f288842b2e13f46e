#include "engine/registration/dwell_detector.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/allocation_counter.hpp"
#include "tests/engine/registration/simulate.hpp"

using namespace trocar;
using namespace std::chrono_literals;
using simulate::Random;

namespace {

const DwellConfig config{.dwell = 1s, .box_mm = 1.5, .min_spacing_mm = 15, .max_gap = 100ms};
constexpr Duration period = 16ms;

// A hand that feeds a detector at 62.5 Hz.
class Hand {
 public:
  explicit Hand(const DwellConfig& c) : detector(c) {}
  void rest(const Eigen::Vector3d& at, Duration how_long, double jitter_mm = 0.1) {
    for (const Timestamp end = now + how_long; now < end; now += period) {
      feed(at + jitter_mm * simulate::gauss3(random));
    }
  }
  void go(const Eigen::Vector3d& from, const Eigen::Vector3d& to, int steps) {
    for (int i = 1; i <= steps; ++i, now += period) feed(from + (to - from) * i / steps);
  }
  void feed(const Eigen::Vector3d& at) {
    if (const auto dwell = detector.add(now, {at})) dwells.push_back(*dwell);
  }

  DwellDetector detector;
  Random random{71};
  Timestamp now{1s};
  std::vector<Dwell> dwells;
};

}  // namespace

TEST_CASE("a tip that rests is reported once, at its mean, when the time is full") {
  Hand hand(config);
  hand.rest({100, -50, 30}, 990ms);
  CHECK(hand.dwells.empty());
  hand.rest({100, -50, 30}, 4s);
  REQUIRE(hand.dwells.size() == 1);
  const Dwell& d = hand.dwells[0];
  CHECK((d.mean.mm - Eigen::Vector3d(100, -50, 30)).norm() < 0.05);
  CHECK(d.count == 64);
  CHECK(d.to - d.from >= 1s);
  CHECK(d.to - d.from < 1s + period);
  CHECK(std::sqrt(d.sample_covariance.trace() / 3) == Approx(0.1).epsilon(0.3));
}

TEST_CASE("a tip that moves through is not a rest, slowly or fast") {
  Hand hand(config);
  hand.go({0, 0, 0}, {200, 0, 0}, 300);    // 42 mm/s
  hand.go({200, 0, 0}, {208, 0, 0}, 200);  // 2.5 mm/s: 2.5 mm in the dwell time
  CHECK(hand.dwells.empty());
}

TEST_CASE("a rest is found again right after moving") {
  Hand hand(config);
  hand.go({0, 0, 0}, {50, 0, 0}, 60);
  hand.rest({50, 0, 0}, 2100ms);
  REQUIRE(hand.dwells.size() == 1);
  CHECK((hand.dwells[0].mean.mm - Eigen::Vector3d(50, 0, 0)).norm() < 0.3);
}

TEST_CASE("the next rest counts only when far enough from the one before") {
  Hand hand(config);
  hand.rest({0, 0, 0}, 2s);
  hand.go({0, 0, 0}, {10, 0, 0}, 20);
  hand.rest({10, 0, 0}, 3s);
  CHECK(hand.dwells.size() == 1);
  hand.go({10, 0, 0}, {16, 0, 0}, 20);
  hand.rest({16, 0, 0}, 3s);
  REQUIRE(hand.dwells.size() == 2);
  CHECK(hand.dwells[1].mean.mm.x() == Approx(16).margin(0.2));
}

TEST_CASE("after a reset the same place counts again") {
  Hand hand(config);
  hand.rest({0, 0, 0}, 2s);
  hand.detector.reset();
  hand.rest({0, 0, 0}, 2s);
  CHECK(hand.dwells.size() == 2);
}

TEST_CASE("a gap in the samples ends the rest: occluded time does not count") {
  Hand hand(config);
  hand.rest({0, 0, 0}, 600ms);
  hand.now += 150ms;
  hand.rest({0, 0, 0}, 900ms);
  CHECK(hand.dwells.empty());
  hand.rest({0, 0, 0}, 300ms);
  REQUIRE(hand.dwells.size() == 1);
  CHECK(hand.dwells[0].from > Timestamp(1s) + 700ms);
}

TEST_CASE("too few samples in the time are not a rest") {
  DwellConfig slow = config;
  slow.max_gap = 1s;
  DwellDetector detector(slow);
  for (int i = 0; i <= 3; ++i) {
    CHECK_FALSE(detector.add(Timestamp(i * 400ms), {{0, 0, 0}}));
  }
}

TEST_CASE("a shaking tip leaves the box and is no rest") {
  Hand hand(config);
  hand.rest({0, 0, 0}, 10s, 1.0);
  CHECK(hand.dwells.empty());
}

TEST_CASE("samples out of order are ignored, one that is no number ends the rest") {
  DwellDetector detector(config);
  Timestamp t{};
  for (; t < Timestamp(900ms); t += period) {
    CHECK_FALSE(detector.add(t, {{0, 0, 0}}));
    CHECK_FALSE(detector.add(t - 5 * period, {{500, 0, 0}}));  // would break the box
    CHECK_FALSE(detector.add(t, {{500, 0, 0}}));
  }
  CHECK_FALSE(detector.add(t, {{std::numeric_limits<double>::quiet_NaN(), 0, 0}}));
  int reported = 0;
  const Timestamp lost = t;
  for (; t < lost + 990ms; t += period) reported += detector.add(t, {{0, 0, 0}}) ? 1 : 0;
  CHECK(reported == 0);
  for (; t < lost + 1100ms; t += period) reported += detector.add(t, {{0, 0, 0}}) ? 1 : 0;
  CHECK(reported == 1);
}

TEST_CASE("a dwell far from the origin keeps its covariance's digits") {
  Hand near(config);
  near.rest({0, 0, 0}, 2s);
  Hand far(config);
  far.rest({1e6, -1e6, 1e6}, 2s);
  REQUIRE(near.dwells.size() == 1);
  REQUIRE(far.dwells.size() == 1);
  CHECK((near.dwells[0].sample_covariance - far.dwells[0].sample_covariance).norm() < 1e-8);
}

TEST_CASE("the stated covariance of the mean holds for white and for slowly changing noise") {
  // memory: correlation between neighbours; 0.9 at 62.5 Hz fades over a sixth of a second.
  for (const double memory : {0.0, 0.5, 0.8, 0.9}) {
    Random random(72);
    double squared_error = 0;
    double stated = 0;
    double naive = 0;
    const int n = 2000;
    for (int trial = 0; trial < n; ++trial) {
      DwellConfig wide = config;
      wide.box_mm = 10;
      DwellDetector detector(wide);
      Eigen::Vector3d error = 0.1 * simulate::gauss3(random);
      std::optional<Dwell> dwell;
      for (Timestamp t{}; !dwell; t += period) {
        error = memory * error + std::sqrt(1 - memory * memory) * 0.1 * simulate::gauss3(random);
        dwell = detector.add(t, {error});
      }
      squared_error += dwell->mean.mm.squaredNorm() / n;
      stated += dwell->mean_covariance.trace() / n;
      naive += dwell->sample_covariance.trace() / static_cast<double>(dwell->count) / n;
    }
    INFO("memory " << memory);
    CHECK(stated / squared_error > 0.95);
    CHECK(stated / squared_error < 2.5);
    if (memory >= 0.8) CHECK(naive / squared_error < 0.3);
  }
}

TEST_CASE("feeding a dwell detector allocates nothing, through a whole rest and after it") {
  DwellDetector detector(config);
  int reported = 0;
  const long allocations = test::allocations_of([&] {
    for (Timestamp t{}; t < Timestamp(3s); t += period) {
      reported += detector.add(t, {{1, 2, 3}}) ? 1 : 0;
    }
  });
  CHECK(allocations == 0);
  CHECK(reported == 1);
}

TEST_CASE("dwell limits are read in their units and checked") {
  const std::string text = "dwell_s = 1.0\nbox_mm = 1.5\nmin_spacing_mm = 15\nmax_gap_ms = 100\n";
  const DwellConfig c = read_dwell(ConfigReader::parse(text, "d.toml"));
  CHECK(c.dwell == 1s);
  CHECK(c.max_gap == 100ms);
  CHECK(c.box_mm == 1.5);
  CHECK(c.min_spacing_mm == 15);
  CHECK_THROWS_AS(read_dwell(ConfigReader::parse(text + "box = 2\n", "d.toml")), ConfigError);
  CHECK_THROWS_AS(read_dwell(ConfigReader::parse("dwell_s = 1.0\n", "d.toml")), ConfigError);
}
