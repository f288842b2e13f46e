#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drivers/device_clock.hpp"
#include "drivers/tool_entry.hpp"
#include "engine/base/config_reader.hpp"
#include "engine/igtl/ip_address.hpp"

namespace trocar {

enum class IgtlSourceMode : std::uint8_t { client, server };

// Poses from any OpenIGTLink peer: PlusServer, a robot, a research tracker.
struct IgtlSourceConfig {
  IgtlSourceMode mode = IgtlSourceMode::client;
  std::string host;  // client: whom to connect to
  std::uint16_t port = 18944;
  std::string bind = "127.0.0.1";  // server: where to listen
  std::vector<IpRange> allow{};    // server: who may connect; empty: this host alone

  std::vector<std::string> devices{};  // by ToolId: the peer's name for each body
  double marker_rms_mm = 0;            // OpenIGTLink carries no residual: what the set-up promises
  bool sender_time = true;             // false: messages carry no times, that of arrival counts
  DeviceClockConfig clock{};

  unsigned header_version = 2;  // of the greeting: with 2 the peer sends metadata, too
  bool ask_tracking = false;    // send STT_TDATA on connect
  Duration resolution{};        // in it
  bool images = false;          // take IMAGE messages

  Duration connect_timeout = std::chrono::seconds(5);
  Duration silent_after = std::chrono::milliseconds(1000);  // no message: the link is given up
  Duration message_deadline = std::chrono::milliseconds(1000);
  Duration longest_back_off = std::chrono::milliseconds(500);
  std::uint64_t max_message_bytes = 64U << 20U;  // of poses, and of images when they are taken
};

// Reads the table [tracker]; the caller calls finish(). Keys: mode = "client|server"; host and
// port, or bind, port and allow; tracker_name: bodies are the peer's `<Tool>To<tracker_name>`, or
// devices: its names in the order of [[tool]]; marker_rms_mm, latency_ms, latency_bound_ms (no
// defaults); the rest is optional: timestamps = "sender|received", header_version, start_tdata_ms,
// images, max_drift_ppm, connect_timeout_ms, silent_after_ms, message_deadline_ms,
// longest_back_off_ms, max_message_bytes (64 MB; 64 kB without images). Throws ConfigError.
IgtlSourceConfig read_igtl_source(const ConfigReader& in, std::span<const ToolEntry> tools);

}  // namespace trocar
