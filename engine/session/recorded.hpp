#pragma once
#include <cstdint>

#include "engine/base/fixed_text.hpp"
#include "engine/data/event.hpp"
#include "engine/data/guidance.hpp"
#include "engine/data/image_frame.hpp"
#include "engine/data/raw_piece.hpp"
#include "engine/data/state_line.hpp"

// What a session holds, as values: docs/decisions/0051.
namespace trocar {

// One step of the navigator.
struct Step {
  std::uint64_t sequence = 0;  // of the guidance it made
  Timestamp now{};             // the time it was told
  Event event;
};

// What a display client commanded, and the answer.
struct CommandRecord {
  Timestamp received{};
  FixedText<60> name;
  bool succeeded = false;
  FixedText<200> answer;
};

}  // namespace trocar
