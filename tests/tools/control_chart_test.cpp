#include <catch2/catch.hpp>
#include <random>

#include "tools/qa/change_point.hpp"
#include "tools/qa/control_chart.hpp"

// The statistics of the reports, against worked examples and against known changes.
using namespace trocar;
using qa::Change;
using qa::ChangePoint;
using qa::ControlLimits;
using qa::NotComputable;

namespace {

// NIST/SEMATECH e-Handbook, 6.3.2.2: flow rates of ten batches.
const std::vector<double> flow_rates{49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1};

struct Moved {
  double mm = 0;
  double at_s = 0;
};

// The place of a reference, second by second, with noise of a given size per axis.
Change change_of(std::size_t seconds, double noise_mm, const Moved& moved, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<> noise(0, noise_mm);
  ChangePoint watch;
  for (std::size_t s = 0; s < seconds; ++s) {
    const auto at_s = static_cast<double>(s);
    const double shift_mm = at_s >= moved.at_s ? moved.mm : 0;
    watch.add(at_s, {100 + shift_mm + noise(random), -50 + noise(random), -1500 + noise(random)});
  }
  return std::get<Change>(watch.finish());
}

}  // namespace

TEST_CASE("the limits of NIST's example are those that NIST gives") {
  const auto limits = std::get<ControlLimits>(qa::control_limits(flow_rates));
  CHECK(limits.mean == Approx(50.81));
  CHECK(limits.moving_range_mean == Approx(1.8778).epsilon(1e-4));
  CHECK(limits.upper == Approx(55.8041).epsilon(1e-4));
  CHECK(limits.lower == Approx(45.8159).epsilon(1e-4));
  CHECK(limits.moving_range_upper == Approx(3.267 * 1.8778).epsilon(1e-4));
  CHECK(qa::outside(flow_rates, limits).empty());
}

TEST_CASE("a session that is off by far is outside, one that is like the others never is") {
  std::vector<double> values(30, 0.25);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 0.26;
  values[17] = 0.9;
  const auto limits = std::get<ControlLimits>(qa::control_limits(values));
  CHECK(qa::outside(values, limits) == std::vector<std::size_t>{17});
  const std::vector<double> same(12, 0.1 + 0.2);
  CHECK(qa::outside(same, std::get<ControlLimits>(qa::control_limits(same))).empty());
}

TEST_CASE("of too few sessions there are no limits") {
  CHECK(std::holds_alternative<NotComputable>(qa::control_limits({})));
  CHECK(std::holds_alternative<NotComputable>(qa::control_limits({1, 2, 3, 4})));
  CHECK(std::holds_alternative<ControlLimits>(qa::control_limits({1, 2, 3, 4, 5})));
}

TEST_CASE("a reference that moved by half a millimetre is found, with its time and its way") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Change c = change_of(600, 0.05, {0.5, 240}, seed);
    CHECK(c.found);
    CHECK(c.at_s == Approx(240).margin(2));
    CHECK(c.shift_mm == Approx(0.5).margin(0.02));
    CHECK(c.noise_mm == Approx(0.05).epsilon(0.2));
  }
}

TEST_CASE("a reference that did not move is not said to have") {
  for (unsigned seed = 0; seed < 200; ++seed) CHECK_FALSE(change_of(300, 0.1, {}, seed).found);
  CHECK_FALSE(change_of(100, 1e-9, {}, 1).found);
}

TEST_CASE("a change in a session of a day is found in bounded memory") {
  const Change c = change_of(86'400, 0.05, {0.3, 50'000}, 7);
  CHECK(c.found);
  CHECK(c.at_s == Approx(50'000).margin(64));
  CHECK(c.seconds >= 86'000);
}

TEST_CASE("of less than ten seconds no change is computed") {
  ChangePoint watch;
  for (int s = 0; s < 9; ++s) watch.add(s, {1, 2, 3});
  CHECK(std::holds_alternative<NotComputable>(watch.finish()));
}
