#pragma once
#include <cstdint>
#include <string_view>

#include "engine/base/fixed_text.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// What a state line speaks of: lets a client filter, and an alarm be found among news.
enum class StateKind : std::uint8_t {
  alarm,         // a person must look: a stop zone entered, a tool failed its check
  device,        // link, device alerts, lost values, clock
  registration,  // accepted, rejected, cleared; progress of touched landmarks
  tool,          // seen or not, checked or not, and why
  zone,          // the zone of a structure changed without an alarm
  recording,     // of the session: began, ended
};
std::string_view to_string(StateKind kind);

// One change of state, for a person and for the log. Never one per frame, never dropped.
struct StateLine {
  Timestamp at{};
  StateKind kind = StateKind::device;
  FixedText<120> text;
};

}  // namespace trocar
