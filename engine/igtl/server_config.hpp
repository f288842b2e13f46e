#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// Where display clients connect. Loopback unless the configuration says otherwise: whoever can
// connect can read the patient's surfaces.
struct ServerConfig {
  std::string bind = "127.0.0.1";  // IPv4 or IPv6 address
  std::uint16_t port = 18944;      // 0: any free one
  std::size_t max_clients = 16;
  Duration heartbeat = std::chrono::milliseconds(200);
  Duration stall_limit = std::chrono::seconds(2);          // no byte taken for so long: closed
  Duration silent_after = std::chrono::milliseconds(250);  // without guidance: numbers withheld
};

// Keys: bind, port, max_clients, heartbeat_ms (at most 250), stall_limit_ms, silent_after_ms; each
// has the default above.
ServerConfig read_server(const ConfigReader& in);

}  // namespace trocar
