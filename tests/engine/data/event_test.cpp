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
