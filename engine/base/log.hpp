#pragma once
#include <filesystem>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// The program's log: one line per change of state, with a time; never one per frame, never on the
// hot path, never a patient's name. thread-safe.
//   error   a person must act
//   warn    degraded, guidance may be withheld
//   info    a state changed
namespace log {

// Whether `file` can be written as a log, now: its folder exists, and the file can be opened or
// made. Leaves nothing behind. The error says what stands in the way.
Status check_file(const std::filesystem::path& file);
// Also writes to `file` (up to 10 MB, rotated three times). Throws ConfigError when check_file
// refuses. A disk that is full later is said on stderr, once.
void to_file(const std::filesystem::path& file);
// Whether lines also go to stderr; they do at first.
void to_stderr(bool wanted);

void error(std::string_view line);
void warn(std::string_view line);
void info(std::string_view line);
void flush();

}  // namespace log
}  // namespace trocar
