#include "drivers/ndi_protocol.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace trocar;

namespace {

constexpr int step_count = static_cast<int>(NdiStep::backing_off) + 1;
constexpr int input_count = static_cast<int>(NdiInput::ports_changed) + 1;

NdiStep run(std::vector<NdiInput> inputs, NdiStep step = NdiStep::connecting) {
  for (const NdiInput input : inputs) step = next(step, input);
  return step;
}

}  // namespace

TEST_CASE("a link that goes down ends every step") {
  for (int s = 0; s < step_count; ++s) {
    CHECK(next(static_cast<NdiStep>(s), NdiInput::link_down) == NdiStep::backing_off);
  }
}

TEST_CASE("silence of the device ends every step") {
  for (int s = 0; s < step_count; ++s) {
    CHECK(next(static_cast<NdiStep>(s), NdiInput::no_answer) == NdiStep::backing_off);
  }
}

TEST_CASE("tracking is entered only by TSTART, or after a damaged reply") {
  for (int s = 0; s < step_count; ++s) {
    for (int i = 0; i < input_count; ++i) {
      const auto step = static_cast<NdiStep>(s);
      if (next(step, static_cast<NdiInput>(i)) != NdiStep::tracking) continue;
      CHECK((step == NdiStep::starting || step == NdiStep::resynchronising ||
             step == NdiStep::tracking));
    }
  }
}

TEST_CASE("a session without tools goes straight to tracking") {
  using enum NdiInput;
  CHECK(run(std::vector(11, done)) == NdiStep::tracking);
}

TEST_CASE("a serial device that answers a call is not reset again") {
  CHECK(next(NdiStep::calling, NdiInput::serial_open) == NdiStep::setting_speed);
  CHECK(next(NdiStep::calling, NdiInput::done) == NdiStep::initialising);
}

TEST_CASE("a serial line is reset and changes speed first") {
  CHECK(run({NdiInput::serial_open}) == NdiStep::resetting);
  CHECK(run({NdiInput::serial_open, NdiInput::done}) == NdiStep::setting_speed);
}

TEST_CASE("an old device may refuse to say its revision and its timeouts") {
  CHECK(next(NdiStep::reading_revision, NdiInput::refused) == NdiStep::identifying);
  CHECK(next(NdiStep::identifying, NdiInput::refused) == NdiStep::reading_timeouts);
  CHECK(next(NdiStep::reading_timeouts, NdiInput::refused) == NdiStep::listing_stale);
  CHECK(next(NdiStep::initialising, NdiInput::refused) == NdiStep::backing_off);
}

TEST_CASE("a changed port is looked at without giving up the connection") {
  CHECK(next(NdiStep::tracking, NdiInput::ports_changed) == NdiStep::stopping);
  CHECK(next(NdiStep::stopping, NdiInput::done) == NdiStep::listing_stale);
}

TEST_CASE("after initialising the list is read again, for tools behind a splitter") {
  CHECK(next(NdiStep::initialising_tool, NdiInput::done) == NdiStep::listing_uninitialised);
}

TEST_CASE("every step has a name") {
  for (int s = 0; s < step_count; ++s) CHECK(to_string(static_cast<NdiStep>(s)) != "unknown");
}
