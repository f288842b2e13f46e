#include "engine/base/nearest_word.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace trocar;

TEST_CASE("a misspelt word is taken for the one with the fewest letters changed") {
  const std::vector<std::string> known{"stop_mm", "warn_mm", "hysteresis_mm", "port"};
  CHECK(nearest_word("stop_m", known) == "stop_mm");
  CHECK(nearest_word("wran_mm", known) == "warn_mm");
  CHECK(nearest_word("prot", known) == "port");
  CHECK(nearest_word("hysteresis", known) == "hysteresis_mm");
}

TEST_CASE("a word that is like none is not guessed at") {
  const std::vector<std::string> known{"stop_mm", "warn_mm", "a"};
  CHECK_FALSE(nearest_word("colour", known));
  CHECK_FALSE(nearest_word("b", known));
  CHECK_FALSE(nearest_word("stop_mm", {}));
}

TEST_CASE("a single word is taken for a misspelling only when it can hardly be another word") {
  CHECK(looks_misspelt("stop_m", "stop_mm"));
  CHECK(looks_misspelt("hysteresis", "hysteresis_mm"));
  CHECK(looks_misspelt("max_regstraton_reach_mm", "max_registration_reach_mm"));
  CHECK_FALSE(looks_misspelt("min_tracker_distance_mm", "max_tracker_distance_mm"));
  CHECK_FALSE(looks_misspelt("warn_mm", "stop_mm"));
  CHECK_FALSE(looks_misspelt("entry_ras_mm", "entry_lps_mm"));
  CHECK_FALSE(looks_misspelt("near_mm", "far_mm"));
  CHECK_FALSE(looks_misspelt("port", "host"));
}
