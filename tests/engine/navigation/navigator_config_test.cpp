#include "engine/navigation/navigator_config.hpp"

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

std::string complaint(const std::string& text) {
  try {
    (void)read_config(text);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no complaint";
}
std::vector<std::string> keys_of(const std::string& text) {
  std::vector<std::string> keys;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find(" =");
    if (equals != std::string::npos) keys.push_back(line.substr(0, equals));
  }
  return keys;
}

}  // namespace

TEST_CASE("every limit arrives where it belongs, in its unit") {
  const NavigatorConfig c = read_config(config_text() + tip_check_text + dwell_text);
  CHECK(c.reference_vertebra == "L3");
  CHECK(c.pose.max_pose_age == duration_from_ms(100));
  CHECK(c.pose.reference_gap == duration_from_ms(50));
  CHECK(c.pose.max_acquired_bound == duration_from_ms(5));
  CHECK(c.pose.max_marker_rms_mm == 0.5);
  CHECK_FALSE(c.pose.accept_out_of_volume);
  CHECK(c.pose.tracker_distance.min_mm == 500);
  CHECK(c.pose.tracker_distance.max_mm == 3000);
  CHECK(c.pose.reference_distance.min_mm == 20);
  CHECK(c.pose.reference_distance.max_mm == 600);
  CHECK(c.error.max_bound_95_mm == 4);
  CHECK(c.error.max_fre_mm == 2);
  CHECK(c.error.level_sigma_mm == 0.6);
  CHECK(c.error.max_trusted_levels == 1);
  CHECK(c.error.region_margin_mm == 10);
  CHECK(c.error.max_registration_reach_mm == 300);
  CHECK(c.link_watchdog == duration_from_ms(150));
  CHECK(c.max_handling == duration_from_ms(30));
  CHECK(c.hold == duration_from_ms(1000));
  REQUIRE(c.tip_check);
  CHECK(c.tip_check->required);
  CHECK(c.tip_check->divot.mm == Vector3d(30, 40, 5));
  CHECK(c.tip_check->capture_mm == 4);
  CHECK(c.tip_check->limit_mm == 1);
  CHECK(c.tip_check->max_age == duration_from_ms(600'000));
  REQUIRE(c.dwell);
  CHECK(c.dwell->dwell == duration_from_ms(500));
  CHECK(config_with_touch().touch_tool == "needle");
}

TEST_CASE("no limit has a default: each missing key is named") {
  for (const std::string& key : keys_of(config_text())) {
    CHECK(complaint(replaced(config_text(), key + " =", "")).find("'" + key + "'") !=
          std::string::npos);
  }
  for (const std::string& key : keys_of(tip_check_text)) {
    const std::string text = config_text() + replaced(tip_check_text, key + " =", "") + dwell_text;
    CHECK(complaint(text).find("tip_check." + key) != std::string::npos);
  }
}

TEST_CASE(
    "H17: a limit given in metres or seconds is out of range, and an unknown key is an error") {
  CHECK(
      complaint(replaced(config_text(), "max_tracker_distance_mm", "max_tracker_distance_mm = 3\n"))
          .find("max_tracker_distance_mm") != std::string::npos);
  CHECK(complaint(replaced(config_text(), "max_pose_age_ms", "max_pose_age_ms = 0.1\n"))
            .find("max_pose_age_ms") != std::string::npos);
  CHECK(complaint(config_text() + "max_pose_age_s = 1\n").find("max_pose_age_s") !=
        std::string::npos);
}

TEST_CASE("ranges must not be empty, and a tip check must be able to fail") {
  CHECK(complaint(
            replaced(config_text(), "min_tracker_distance_mm", "min_tracker_distance_mm = 4000\n"))
            .find("max_tracker_distance_mm") != std::string::npos);
  const std::string lax = replaced(tip_check_text, "limit_mm", "limit_mm = 4\n");
  CHECK(complaint(config_text() + lax + dwell_text).find("no check could fail") !=
        std::string::npos);
}

TEST_CASE("a tip check or a touching tool needs to know what a dwell is") {
  CHECK(complaint(config_text() + tip_check_text).find("dwell") != std::string::npos);
  CHECK(complaint(config_text() + "touch_tool = \"needle\"\n").find("dwell") != std::string::npos);
  CHECK(complaint(config_text() + dwell_text).find("dwell") != std::string::npos);  // unused
}
