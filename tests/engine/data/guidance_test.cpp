#include "engine/data/guidance.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace trocar;

TEST_CASE("every reason to withhold a number has a word of its own") {
  std::set<std::string_view> words;
  const int last = static_cast<int>(Withheld::not_finite);
  for (int i = 0; i <= last; ++i) words.insert(to_string(static_cast<Withheld>(i)));
  CHECK(words.size() == static_cast<std::size_t>(last) + 1);
  CHECK_FALSE(words.contains("?"));
}

TEST_CASE("zones and states are said in the words of the interface") {
  CHECK(to_string(Zone::clear) == "clear");
  CHECK(to_string(Zone::warn) == "warn");
  CHECK(to_string(Zone::stop) == "stop");
  CHECK(to_string(EngineState::connecting) == "connecting");
  CHECK(to_string(EngineState::unregistered) == "unregistered");
  CHECK(to_string(EngineState::ready) == "ready");
  CHECK(to_string(EngineState::degraded) == "degraded");
  CHECK(to_string(Degraded::tracker_alert) == "tracker_alert");
  CHECK(to_string(Degraded::clock_invalid) == "clock_invalid");
  CHECK(to_string(Degraded::frames_lost) == "frames_lost");
  CHECK(to_string(Degraded::late) == "late");
  CHECK(to_string(Degraded::reference_not_visible) == "reference_not_visible");
}

TEST_CASE("guidance says nothing until it is told something") {
  const StructureGuidance nothing;
  REQUIRE(std::holds_alternative<Withheld>(nothing.distance));
  CHECK(std::get<Withheld>(nothing.distance) == Withheld::no_data);
  const ToolGuidance tool;
  CHECK(std::holds_alternative<Withheld>(tool.pose));
  CHECK(std::holds_alternative<Withheld>(tool.trajectory));
}
