#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "drivers/device_clock.hpp"
#include "drivers/ndi_rom.hpp"
#include "drivers/tool_entry.hpp"
#include "engine/base/config_reader.hpp"

namespace trocar {

enum class NdiTrackingMode : std::uint8_t { automatic, tx, bx, bx2, stream };

struct NdiConfig {
  std::string host;  // TCP when not empty
  std::uint16_t port = 8765;
  std::string serial;  // else this serial device
  unsigned baud = 115200;
  NdiTrackingMode mode = NdiTrackingMode::automatic;
  bool report_out_of_volume = true;  // TX, BX: poses outside the volume come, flagged (BX2: always)
  bool report_stray_markers = false;  // markers that belong to no tool are counted and told
  bool loss_reasons = true;           // TX, BX: ask why a tool is missing
  double frame_hz = 60;               // rate of the frame counter of TX and BX
  DeviceClockConfig clock;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration reply_timeout = std::chrono::milliseconds(500);  // of a tracking reply
  Duration longest_back_off = std::chrono::milliseconds(500);
};

// Reads the table [tracker]; the caller calls finish(). Keys: `host` (with `port`) or `serial`
// (with `baud`); `latency_ms`, `latency_bound_ms` (of the set-up, no default); the rest is
// optional: mode = "auto|tx|bx|bx2|stream", report_out_of_volume, report_stray_markers,
// loss_reasons, frame_hz, max_drift_ppm, connect_timeout_ms, reply_timeout_ms,
// longest_back_off_ms. Throws ConfigError.
NdiConfig read_ndi(const ConfigReader& in);

// A tool with its definition read.
struct NdiTool {
  ToolEntry entry;
  NdiRom rom;
  std::vector<std::byte> image;  // empty for wired tools
};

// Reads the tool definitions. Throws ConfigError: unreadable definition, a tool with neither rom
// nor serial, two tools the tracker could confuse (H5), the same serial twice.
std::vector<NdiTool> read_ndi_tools(std::span<const ToolEntry> tools);

}  // namespace trocar
