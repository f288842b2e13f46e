#include "engine/data/state_line.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <type_traits>

using namespace trocar;

TEST_CASE("every kind of state line has a word of its own") {
  CHECK(to_string(StateKind::alarm) == "alarm");
  CHECK(to_string(StateKind::device) == "device");
  CHECK(to_string(StateKind::registration) == "registration");
  CHECK(to_string(StateKind::tool) == "tool");
  CHECK(to_string(StateKind::zone) == "zone");
}

TEST_CASE("a state line is plain bytes, and a text too long for it is cut, not lost") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<StateLine>);
  const StateLine line{Timestamp(Duration(5)), StateKind::tool, std::string(200, 'x')};
  CHECK(line.text.view() == std::string(120, 'x'));
}
