#include "engine/data/event.hpp"

#include <catch2/catch.hpp>
#include <type_traits>

using namespace trocar;

TEST_CASE("every state of the link and every severity has a word of its own") {
  CHECK(to_string(Link::connecting) == "connecting");
  CHECK(to_string(Link::tracking) == "tracking");
  CHECK(to_string(Link::lost) == "lost");
  CHECK(to_string(Severity::event) == "event");
  CHECK(to_string(Severity::alert) == "alert");
  CHECK(to_string(Severity::fault) == "fault");
}

TEST_CASE("whatever a source says, the navigator can be told") {
  const SourceEvent said = Gap{3};
  const Event told = std::visit([](const auto& e) { return Event(e); }, said);
  REQUIRE(std::holds_alternative<Gap>(told));
  CHECK(std::get<Gap>(told).lost == 3);
}

TEST_CASE("what a device says of itself is plain bytes: copying it allocates nothing") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<LinkChanged>);
  STATIC_REQUIRE(std::is_trivially_copyable_v<DeviceAlert>);
}

TEST_CASE("a reason's word is what stands before its colon, and there is always one") {
  CHECK(reason_word("missing_slices: expected 8") == "missing_slices");
  CHECK(reason_word("not_decoded: expected: 8") == "not_decoded");
  for (const char* none : {"", ":", ": x", "two patients: 2", "word", "word:x", "Word: x"}) {
    INFO(none);
    CHECK(reason_word(none) == "other");
  }
}
