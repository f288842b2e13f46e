#pragma once
#include <string>

#include "tools/trocar/exit_code.hpp"
#include "tools/trocar/replay_report.hpp"

namespace trocar {

// What --verify comes to. Only a session that was compared to its end, or to where a program that
// was killed left off, is verified; `why` says which, or why not.
struct Verdict {
  ExitCode exit_code = exit_ok;
  std::string why;
};
Verdict verdict_of(const std::string& file, const Played& played);

}  // namespace trocar
