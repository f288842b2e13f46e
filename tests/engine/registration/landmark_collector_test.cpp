#include "engine/registration/landmark_collector.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;
using namespace std::chrono_literals;

namespace {

const DwellConfig config{.dwell = 1s, .box_mm = 1.5, .min_spacing_mm = 15, .max_gap = 100ms};
const std::vector<Fiducial> plan{{"F1", {{0, 0, 0}}}, {"F2", {{60, 0, 0}}}, {"F3", {{0, 50, 0}}}};

// Rests at x; returns the labels collected meanwhile.
std::string rest(LandmarkCollector& collector, Timestamp& now, double x_mm, Duration how_long) {
  std::string labels;
  for (const Timestamp end = now + how_long; now < end; now += 20ms) {
    if (const auto label = collector.add(now, {{x_mm, 0, 0}})) labels += std::string(*label);
  }
  return labels;
}

}  // namespace

TEST_CASE("fiducials are collected in plan order, and the next one is always named") {
  LandmarkCollector collector(plan, config);
  Timestamp now{};
  CHECK(collector.next_label() == "F1");
  CHECK(rest(collector, now, 0, 1500ms) == "F1");
  CHECK(collector.next_label() == "F2");
  CHECK(collector.collected() == 1);
  CHECK_FALSE(collector.complete());
  CHECK_FALSE(collector.touched());
  CHECK(rest(collector, now, 100, 1500ms) == "F2");
  CHECK(rest(collector, now, 200, 1500ms) == "F3");
  CHECK(collector.complete());
  CHECK_FALSE(collector.next_label());
  const auto touched = collector.touched();
  REQUIRE(touched);
  REQUIRE(touched->size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK((*touched)[i].mm.x() == Approx(100.0 * double(i)));
}

TEST_CASE("resting longer on one fiducial does not collect the next") {
  LandmarkCollector collector(plan, config);
  Timestamp now{};
  CHECK(rest(collector, now, 0, 20s) == "F1");
  CHECK(rest(collector, now, 5, 20s).empty());  // slipped 5 mm: still the same fiducial
  CHECK(collector.collected() == 1);
}

TEST_CASE("once complete, further rests change nothing") {
  LandmarkCollector collector(plan, config);
  Timestamp now{};
  for (const double x : {0.0, 100.0, 200.0}) rest(collector, now, x, 1500ms);
  const auto before = collector.touched();
  CHECK(rest(collector, now, 300, 3s).empty());
  REQUIRE(before);
  REQUIRE(collector.touched());
  CHECK((*collector.touched())[2].mm == (*before)[2].mm);
  CHECK(collector.dwells().size() == 3);
}

TEST_CASE("restart begins again with the first fiducial, at the same place if need be") {
  LandmarkCollector collector(plan, config);
  Timestamp now{};
  rest(collector, now, 0, 1500ms);
  rest(collector, now, 100, 1500ms);
  collector.restart();
  CHECK(collector.next_label() == "F1");
  CHECK(collector.collected() == 0);
  CHECK(rest(collector, now, 100, 1500ms) == "F1");
}

TEST_CASE("a plan without fiducials is complete from the start and collects nothing") {
  LandmarkCollector collector({}, config);
  Timestamp now{};
  CHECK(collector.complete());
  CHECK(rest(collector, now, 0, 2s).empty());
}
