#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"
#include "engine/igtl/ip_address.hpp"

namespace trocar {

// A server says at least this often how it is; without three of these in a row it is dead (H20).
inline constexpr Duration longest_heartbeat = std::chrono::milliseconds(200);
inline constexpr Duration stale_after = 3 * longest_heartbeat;

// Where display clients connect. Loopback unless the configuration says otherwise: whoever can
// connect can read the patient's surfaces.
struct ServerConfig {
  std::string bind = "127.0.0.1";  // IPv4 or IPv6 address
  std::uint16_t port = 18944;      // 0: any free one
  std::vector<IpRange> allow{};    // who may connect; empty: this host alone
  std::size_t max_clients = 16;
  Duration heartbeat = longest_heartbeat;
  // No byte taken for so long: closed, at the next heartbeat, so within 2 s.
  Duration stall_limit = std::chrono::milliseconds(1250);
  // Without guidance for so long: numbers withheld. One and a half of the longest tick, so that a
  // navigator that runs is never taken for a hung one.
  Duration silent_after = std::chrono::milliseconds(150);
  // At least so long between two guidances to one client: 3D Slicer looks every 5 ms.
  Duration pace = std::chrono::milliseconds(5);
  // The pace is longer when a guidance has so many messages that a client would get more of them
  // than this, but never longer than a screen's 60 Hz. 0: no such limit.
  double stream_messages_per_s = 400;

  // What a client may send.
  std::uint64_t max_message_bytes = 24U << 10U;         // a command has at most 16 kB
  Duration message_deadline = std::chrono::seconds(2);  // for a whole message
  double max_messages_per_s = 1000;  // Slicer may send us its nodes: no reason to lose it
};

// Keys: bind, port, allow (addresses and ranges such as "10.1.0.0/16"; required when bind is not
// this host's own), max_clients, heartbeat_ms (at most longest_heartbeat), stall_limit_ms,
// silent_after_ms, pace_ms, stream_messages_per_s, max_message_bytes, message_deadline_ms,
// max_messages_per_s; each has the default above.
ServerConfig read_server(const ConfigReader& in);

// The pace of a stream whose guidance has so many messages.
Duration pace_for(const ServerConfig& config, std::size_t messages);

}  // namespace trocar
