#include "drivers/igtl_source_config.hpp"

#include <algorithm>

#include "engine/igtl/message.hpp"

namespace trocar {
namespace {

constexpr std::uint64_t most_pose_bytes = 64U << 10U;  // a TDATA of 900 bodies

Duration read_ms(const ConfigReader& in, std::string_view key, Duration absent, double max_ms) {
  return duration_from_ms(in.number_or(key, milliseconds_of(absent), 10, max_ms));
}

std::vector<IpRange> read_allow(const ConfigReader& in, const std::string& bind) {
  const auto address = IpAddress::parse(bind);
  if (!address) in.fail("bind", "an IP address such as 127.0.0.1", "\"" + bind + "\"");
  std::vector<IpRange> allow;
  if (!in.has("allow")) {
    if (address.value().is_loopback()) return allow;
    in.fail("allow", "who may send poses, such as [\"10.1.0.5\"], when bind is not this host alone",
            "nothing");
  }
  for (const std::string& text : in.texts("allow")) {
    const auto range = IpRange::parse(text);
    if (!range) in.fail("allow", "addresses or ranges such as 10.1.0.0/16", range.error().detail);
    allow.push_back(range.value());
  }
  return allow;
}

void read_link(const ConfigReader& in, IgtlSourceConfig& c) {
  const bool client = in.one_of("mode", {"client", "server"}) == "client";
  c.mode = client ? IgtlSourceMode::client : IgtlSourceMode::server;
  if (client) {
    c.host = in.text("host");
    c.port = static_cast<std::uint16_t>(in.integer_or("port", c.port, 1, 65535));
    return;
  }
  c.port = static_cast<std::uint16_t>(in.integer("port", 0, 65535));
  c.bind = in.text_or("bind", c.bind);
  c.allow = read_allow(in, c.bind);
}

std::vector<std::string> read_devices(const ConfigReader& in, std::span<const ToolEntry> tools) {
  if (in.has("devices") == in.has("tracker_name")) {
    in.fail("tracker_name", "either tracker_name or devices",
            in.has("devices") ? "both" : "neither");
  }
  std::vector<std::string> devices;
  if (in.has("devices")) {
    devices = in.texts("devices");
  } else {
    const std::string tracker = in.text("tracker_name");
    for (const ToolEntry& tool : tools) devices.push_back(tool.name + "To" + tracker);
  }
  const char* key = in.has("devices") ? "devices" : "tracker_name";
  if (devices.size() != tools.size()) {
    in.fail(key, "a name for each [[tool]], " + std::to_string(tools.size()),
            std::to_string(devices.size()));
  }
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (devices[i].size() > igtl::max_name_size) {
      in.fail(key, "names of at most 19 bytes, more OpenIGTLink cannot carry",
              "'" + devices[i] + "'");
    }
    if (std::count(devices.begin(), devices.end(), devices[i]) > 1) {
      in.fail(key, "a name of its own for each [[tool]]", "'" + devices[i] + "' twice");
    }
  }
  return devices;
}

}  // namespace

IgtlSourceConfig read_igtl_source(const ConfigReader& in, std::span<const ToolEntry> tools) {
  IgtlSourceConfig c;
  read_link(in, c);
  c.devices = read_devices(in, tools);
  c.marker_rms_mm = in.number("marker_rms_mm", 0, 5);
  c.sender_time =
      !in.has("timestamps") || in.one_of("timestamps", {"sender", "received"}) == "sender";
  c.clock.latency = duration_from_ms(in.number("latency_ms", 0, 200));
  c.clock.latency_bound = duration_from_ms(in.number("latency_bound_ms", 0.01, 50));
  c.clock.max_drift_ppm = in.number_or("max_drift_ppm", c.clock.max_drift_ppm, 1, 10'000);
  c.header_version = static_cast<unsigned>(in.integer_or("header_version", c.header_version, 1, 2));
  c.ask_tracking = in.has("start_tdata_ms");
  if (c.ask_tracking) c.resolution = duration_from_ms(in.number("start_tdata_ms", 0, 1000));
  c.images = in.flag_or("images", c.images);
  c.connect_timeout = read_ms(in, "connect_timeout_ms", c.connect_timeout, 60'000);
  c.silent_after = read_ms(in, "silent_after_ms", c.silent_after, 60'000);
  c.message_deadline = read_ms(in, "message_deadline_ms", c.message_deadline, 60'000);
  c.longest_back_off = read_ms(in, "longest_back_off_ms", c.longest_back_off, 10'000);
  const std::uint64_t absent = c.images ? c.max_message_bytes : most_pose_bytes;
  c.max_message_bytes = static_cast<std::uint64_t>(in.integer_or(
      "max_message_bytes", static_cast<std::int64_t>(absent), 4096, std::int64_t{1} << 30));
  return c;
}

}  // namespace trocar
