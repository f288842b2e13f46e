#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/base/result.hpp"

namespace trocar {

// Where sessions go, and when. docs/decisions/0052.
struct SessionConfig {
  std::filesystem::path folder;
  bool record_at_start = true;    // otherwise when a display client says StartRecording
  std::uint64_t min_free_mb = 0;  // less on the folder's disk: no recording begins
};

// Reads the table [session] completely. Throws ConfigError.
SessionConfig read_session(const ConfigReader& in);

// Free on the folder's disk, MB. Code::io when it cannot be asked, or when it is less than the
// configuration wants.
Result<std::uint64_t> check_free_space(const SessionConfig& config);

// `trocar-20261124T013000Z.mcap` in the folder, with `-2`, `-3`, … when there is one.
// `utc_ns`: since 1970.
std::filesystem::path new_session_path(const SessionConfig& config, std::int64_t utc_ns);

}  // namespace trocar
