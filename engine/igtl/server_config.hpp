#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// A server says at least this often how it is; without three of these in a row it is dead (H20).
inline constexpr Duration longest_heartbeat = std::chrono::milliseconds(200);
inline constexpr Duration stale_after = 3 * longest_heartbeat;

// Where display clients connect. Loopback unless the configuration says otherwise: whoever can
// connect can read the patient's surfaces.
struct ServerConfig {
  std::string bind = "127.0.0.1";  // IPv4 or IPv6 address
  std::uint16_t port = 18944;      // 0: any free one
  std::size_t max_clients = 16;
  Duration heartbeat = longest_heartbeat;
  Duration stall_limit = std::chrono::seconds(2);  // no byte taken for so long: closed
  // Without guidance for so long: numbers withheld. One and a half of the longest tick, so that a
  // navigator that runs is never taken for a hung one.
  Duration silent_after = std::chrono::milliseconds(150);
};

// Keys: bind, port, max_clients, heartbeat_ms (at most longest_heartbeat), stall_limit_ms,
// silent_after_ms; each has the default above.
ServerConfig read_server(const ConfigReader& in);

}  // namespace trocar
