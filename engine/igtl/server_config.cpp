#include "engine/igtl/server_config.hpp"

#include <algorithm>

namespace trocar {

namespace {

IpAddress read_bind(const ConfigReader& in, const std::string& text) {
  if (text.find('%') != std::string::npos) {
    in.fail("bind", "an IP address without zone",
            "\"" + text + "\"; the part from % on is the zone");
  }
  const auto address = IpAddress::parse(text);
  if (!address) in.fail("bind", "an IP address such as 127.0.0.1", "\"" + text + "\"");
  return address.value();
}

std::vector<IpRange> read_allow(const ConfigReader& in, const IpAddress& bind) {
  std::vector<IpRange> allow;
  if (!in.has("allow")) {
    if (bind.is_loopback()) return allow;
    in.fail("allow", "who may connect, such as [\"10.1.0.0/16\"], when bind is not this host alone",
            "nothing");
  }
  for (const std::string& text : in.texts("allow")) {
    const auto range = IpRange::parse(text);
    if (!range) in.fail("allow", "addresses or ranges such as 10.1.0.0/16", range.error().detail);
    allow.push_back(range.value());
  }
  return allow;
}

}  // namespace

ServerConfig read_server(const ConfigReader& in) {
  const ServerConfig absent;
  const auto ms = [&](const char* key, Duration otherwise, double min, double max) {
    return duration_from_ms(in.number_or(key, milliseconds_of(otherwise), min, max));
  };
  ServerConfig c;
  c.bind = in.text_or("bind", absent.bind);
  c.allow = read_allow(in, read_bind(in, c.bind));
  c.port = static_cast<std::uint16_t>(in.integer_or("port", absent.port, 0, 65535));
  c.max_clients = static_cast<std::size_t>(
      in.integer_or("max_clients", static_cast<std::int64_t>(absent.max_clients), 1, 256));
  c.heartbeat = ms("heartbeat_ms", absent.heartbeat, 20, milliseconds_of(longest_heartbeat));
  c.stall_limit = ms("stall_limit_ms", absent.stall_limit, 100, 10'000);
  c.silent_after = ms("silent_after_ms", absent.silent_after, 20, 1000);
  c.pace = ms("pace_ms", absent.pace, 0, 1000);
  c.stream_messages_per_s =
      in.number_or("stream_messages_per_s", absent.stream_messages_per_s, 0, 100'000);
  c.max_message_bytes = static_cast<std::uint64_t>(in.integer_or(
      "max_message_bytes", static_cast<std::int64_t>(absent.max_message_bytes), 1024, 64 << 20));
  c.message_deadline = ms("message_deadline_ms", absent.message_deadline, 50, 60'000);
  c.max_messages_per_s = in.number_or("max_messages_per_s", absent.max_messages_per_s, 1, 100'000);
  in.finish();
  return c;
}

Duration pace_for(const ServerConfig& config, std::size_t messages) {
  constexpr double screen_period_ms = 1000.0 / 60;
  if (config.stream_messages_per_s <= 0 || config.pace == Duration(0)) return config.pace;
  const double wanted_ms = 1000 * static_cast<double>(messages) / config.stream_messages_per_s;
  return std::max(config.pace, duration_from_ms(std::min(wanted_ms, screen_period_ms)));
}

}  // namespace trocar
