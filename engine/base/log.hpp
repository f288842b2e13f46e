#pragma once
#include <filesystem>
#include <string_view>

namespace trocar {

// The program's log: one line per change of state, with a time; never one per frame, never on the
// hot path, never a patient's name. thread-safe.
//   error   a person must act
//   warn    degraded, guidance may be withheld
//   info    a state changed
namespace log {

// Also writes to `file` (its folder is made, not those above; the file grows up to 10 MB and is
// rotated three times). Throws ConfigError when it cannot be written.
void to_file(const std::filesystem::path& file);
// Whether lines also go to stderr; they do at first.
void to_stderr(bool wanted);

void error(std::string_view line);
void warn(std::string_view line);
void info(std::string_view line);
void flush();

}  // namespace log
}  // namespace trocar
