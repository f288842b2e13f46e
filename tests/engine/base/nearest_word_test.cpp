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
