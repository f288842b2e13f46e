#pragma once
#include <cstdint>
#include <string>

#include "engine/runtime/replay.hpp"

namespace trocar {

// A replay that goes on when a person says so: each step is told on stdout, then a line on stdin
// decides. plain: one thread, which it blocks.
class ReplayStepper {
 public:
  // Tells the step and waits: an empty line takes one more, a number so many, `g` all up to the
  // next guidance that differs from the record, `q` none. False to end: `q`, the end of stdin,
  // Ctrl-C.
  bool after(const Step& step, const Replay& replay);

 private:
  static void tell(const Step& step, const Replay& replay);
  bool obey(const std::string& line, const Replay& replay);
  // False at the end of stdin and when the program is to stop.
  bool read_line(std::string& line);

  std::uint64_t free_steps_ = 0;  // to take before asking again
  bool to_difference_ = false;
  std::uint64_t differences_ = 0;
  std::string read_;  // and not yet used
};

}  // namespace trocar
