#include "engine/data/source.hpp"

#include <catch2/catch.hpp>
#include <memory>

using namespace trocar;
using namespace std::chrono_literals;

TEST_CASE("what a source says wakes the reader and is there in order") {
  Signal bell;
  const auto outbox = std::make_unique<SourceOutbox>();
  outbox->wake = &bell;
  outbox->push(LinkChanged{Link::tracking, "Polaris answers"});
  outbox->push(Gap{2});
  CHECK(bell.wait(0ns));
  SourceEvent event;
  REQUIRE(outbox->events.pop(event));
  CHECK(std::get<LinkChanged>(event).detail.view() == "Polaris answers");
  REQUIRE(outbox->events.pop(event));
  CHECK(std::get<Gap>(event).lost == 2);
  CHECK_FALSE(outbox->events.pop(event));
}
