#include "drivers/ndi_config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/data/marker_geometry.hpp"

namespace trocar {
namespace {

NdiTrackingMode read_mode(const ConfigReader& in) {
  if (!in.has("mode")) return NdiTrackingMode::automatic;
  const std::string mode = in.one_of("mode", {"auto", "tx", "bx", "bx2", "stream"});
  if (mode == "tx") return NdiTrackingMode::tx;
  if (mode == "bx") return NdiTrackingMode::bx;
  if (mode == "bx2") return NdiTrackingMode::bx2;
  return mode == "stream" ? NdiTrackingMode::stream : NdiTrackingMode::automatic;
}

void read_connection(const ConfigReader& in, NdiConfig& config) {
  if (in.has("host") == in.has("serial")) {
    in.fail("host", "either host (network) or serial (serial line)",
            in.has("host") ? "both" : "neither");
  }
  if (in.has("host")) {
    config.host = in.text("host");
    config.port = static_cast<std::uint16_t>(in.integer_or("port", 8765, 1, 65535));
    return;
  }
  config.serial = in.text("serial");
  config.baud = static_cast<unsigned>(in.integer_or("baud", 115200, 9600, 921600));
  constexpr std::array allowed{9600U, 19200U, 38400U, 57600U, 115200U, 230400U, 921600U};
  if (std::find(allowed.begin(), allowed.end(), config.baud) == allowed.end()) {
    in.fail("baud", "9600, 19200, 38400, 57600, 115200, 230400 or 921600",
            std::to_string(config.baud));
  }
}

Duration read_ms(const ConfigReader& in, std::string_view key, Duration absent, double max_ms) {
  return duration_from_ms(in.number_or(key, milliseconds_of(absent), 10, max_ms));
}

NdiTool read_tool(const ToolEntry& entry) {
  NdiTool tool{entry, {}, {}};
  if (entry.rom.empty() == entry.serial.empty()) {
    throw ConfigError(fmt::format(
        "tool \"{}\": expected either rom (a tool definition file) or serial (a wired tool), found "
        "{}",
        entry.name, entry.rom.empty() ? "neither" : "both"));
  }
  if (entry.rom.empty()) return tool;
  auto file = read_ndi_rom(entry.rom);
  if (!file) {
    throw ConfigError(fmt::format("tool \"{}\": {}", entry.name, file.error().detail));
  }
  if (file.value().rom.wired) {
    throw ConfigError(
        fmt::format("tool \"{}\": {}: definition of a wired tool, without markers; "
                    "give its serial instead",
                    entry.name, entry.rom.string()));
  }
  tool.rom = file.value().rom;
  tool.image = std::move(file.value().bytes);
  return tool;
}

void refuse_same_serial(const NdiTool& a, const NdiTool& b) {
  const bool wired = !a.entry.serial.empty() && !b.entry.serial.empty();
  if (wired && a.entry.serial == b.entry.serial) {
    throw ConfigError(fmt::format("tools \"{}\" and \"{}\": the same serial {}", a.entry.name,
                                  b.entry.name, a.entry.serial));
  }
}

void refuse_look_alikes(const std::vector<NdiTool>& tools) {
  std::vector<MarkerGeometry> geometries;
  for (const NdiTool& tool : tools) {
    if (!tool.image.empty()) geometries.push_back({tool.entry.name, tool.rom.markers});
  }
  if (const Status distinct = check_distinct(geometries); !distinct) {
    throw ConfigError(distinct.error().detail);
  }
}

}  // namespace

NdiConfig read_ndi(const ConfigReader& in) {
  NdiConfig c;
  read_connection(in, c);
  c.mode = read_mode(in);
  c.report_out_of_volume = in.flag_or("report_out_of_volume", c.report_out_of_volume);
  c.report_stray_markers = in.flag_or("report_stray_markers", c.report_stray_markers);
  c.loss_reasons = in.flag_or("loss_reasons", c.loss_reasons);
  c.frame_hz = in.number_or("frame_hz", c.frame_hz, 1, 1000);
  c.clock.latency = duration_from_ms(in.number("latency_ms", 0, 200));
  c.clock.latency_bound = duration_from_ms(in.number("latency_bound_ms", 0.01, 50));
  c.clock.max_drift_ppm = in.number_or("max_drift_ppm", c.clock.max_drift_ppm, 1, 10'000);
  c.connect_timeout = read_ms(in, "connect_timeout_ms", c.connect_timeout, 60'000);
  c.reply_timeout = read_ms(in, "reply_timeout_ms", c.reply_timeout, 10'000);
  c.longest_back_off = read_ms(in, "longest_back_off_ms", c.longest_back_off, 60'000);
  return c;
}

std::vector<NdiTool> read_ndi_tools(std::span<const ToolEntry> tools) {
  std::vector<NdiTool> out;
  for (const ToolEntry& entry : tools) {
    out.push_back(read_tool(entry));
    for (std::size_t i = 0; i + 1 < out.size(); ++i) refuse_same_serial(out[i], out.back());
  }
  refuse_look_alikes(out);
  return out;
}

}  // namespace trocar
