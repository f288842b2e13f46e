#include "engine/igtl/server_config.hpp"

#include <arpa/inet.h>

namespace trocar {

namespace {

bool is_ip_address(const std::string& text) {
  in6_addr place{};  // large enough for either
  return inet_pton(AF_INET, text.c_str(), &place) == 1 ||
         inet_pton(AF_INET6, text.c_str(), &place) == 1;
}

}  // namespace

ServerConfig read_server(const ConfigReader& in) {
  const ServerConfig absent;
  const auto ms = [&](const char* key, Duration otherwise, double min, double max) {
    return duration_from_ms(in.number_or(key, milliseconds_of(otherwise), min, max));
  };
  ServerConfig c;
  c.bind = in.text_or("bind", absent.bind);
  if (c.bind.find('%') != std::string::npos) {
    in.fail("bind", "an IP address without zone",
            "\"" + c.bind + "\"; the part from % on is the zone");
  }
  if (!is_ip_address(c.bind)) {
    in.fail("bind", "an IP address such as 127.0.0.1", "\"" + c.bind + "\"");
  }
  c.port = static_cast<std::uint16_t>(in.integer_or("port", absent.port, 0, 65535));
  c.max_clients = static_cast<std::size_t>(
      in.integer_or("max_clients", static_cast<std::int64_t>(absent.max_clients), 1, 256));
  c.heartbeat = ms("heartbeat_ms", absent.heartbeat, 20, milliseconds_of(longest_heartbeat));
  c.stall_limit = ms("stall_limit_ms", absent.stall_limit, 100, 10'000);
  c.silent_after = ms("silent_after_ms", absent.silent_after, 20, 1000);
  in.finish();
  return c;
}

}  // namespace trocar
