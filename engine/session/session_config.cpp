#include "engine/session/session_config.hpp"

#include <unistd.h>

#include <array>
#include <ctime>
#include <system_error>

namespace trocar {

SessionConfig read_session(const ConfigReader& in) {
  constexpr std::int64_t most_mb = 1'000'000'000;
  SessionConfig c;
  c.folder = in.existing_path("folder");
  if (!std::filesystem::is_directory(c.folder) || ::access(c.folder.c_str(), W_OK | X_OK) != 0) {
    in.fail("folder", "a folder that can be written", c.folder.string());
  }
  c.record_at_start = in.one_of("record", {"always", "on_command"}) == "always";
  c.min_free_mb = static_cast<std::uint64_t>(in.integer("min_free_mb", 1, most_mb));
  return c;
}

Result<std::uint64_t> check_free_space(const SessionConfig& config) {
  std::error_code why;
  const auto space = std::filesystem::space(config.folder, why);
  if (why) return Error{Code::io, config.folder.string() + ": " + why.message()};
  const std::uint64_t free_mb = space.available / 1'000'000U;
  if (free_mb >= config.min_free_mb) return free_mb;
  return Error{Code::io, config.folder.string() + ": expected " +
                             std::to_string(config.min_free_mb) + " MB free (min_free_mb), found " +
                             std::to_string(free_mb)};
}

std::filesystem::path new_session_path(const SessionConfig& config, std::int64_t utc_ns) {
  const std::time_t seconds = utc_ns / 1'000'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> stem{};
  std::strftime(stem.data(), stem.size(), "trocar-%Y%m%dT%H%M%SZ", &utc);
  std::filesystem::path path = config.folder / (std::string(stem.data()) + ".mcap");
  for (int n = 2; std::filesystem::exists(path); ++n) {
    path = config.folder / (std::string(stem.data()) + "-" + std::to_string(n) + ".mcap");
  }
  return path;
}

}  // namespace trocar
