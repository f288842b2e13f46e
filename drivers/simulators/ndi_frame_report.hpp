#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/simulators/simulated_world.hpp"

// One moment of the device as its tracking replies tell it, and those replies as bytes. Written
// from the protocol's description, apart from the driver's parsers, so that each checks the other.
namespace trocar {

enum class HandleCondition : std::uint8_t { tracked, disabled, unoccupied };

struct HandleReport {
  std::uint8_t handle = 0;
  HandleCondition condition = HandleCondition::tracked;
  ToolKind kind = ToolKind::passive;
  std::uint32_t port_status = 0;
  std::uint32_t frame = 0;
  Duration device_time{};  // since the epoch of the device's clock
  Observation observed;
  int buttons = 0;
  unsigned pressed = 0;
};

struct AlertReport {
  std::uint8_t type = 1;
  std::uint16_t code = 0;
};

struct FrameReport {
  std::vector<HandleReport> handles;
  std::vector<Eigen::Vector3d> strays_mm;
  std::uint16_t system_status = 0;
  std::vector<AlertReport> alerts;
};

// Options of TX and BX; stated anew, see above.
inline constexpr unsigned opt_transforms = 0x0001;
inline constexpr unsigned opt_tool_info = 0x0002;
inline constexpr unsigned opt_active_stray = 0x0004;
inline constexpr unsigned opt_markers_3d = 0x0008;
inline constexpr unsigned opt_out_of_volume = 0x0800;
inline constexpr unsigned opt_strays = 0x1000;
inline constexpr unsigned opt_known = 0x180F;

struct Bx2Options {
  bool tools_6d = true;
  bool tools_3d = false;
  bool strays_3d = false;
  bool buttons_1d = true;
};

std::string tx_text(const FrameReport& report, unsigned options);
std::vector<std::byte> bx_payload(const FrameReport& report, unsigned options);
// `report` holds only what is new since the last BX2.
std::vector<std::byte> bx2_payload(const FrameReport& report, const Bx2Options& options);

// Complete replies: text + CRC + CR; header, payload and their CRCs; the wrapper of a stream.
std::vector<std::byte> ascii_reply(std::string_view text);
std::vector<std::byte> binary_reply(const std::vector<std::byte>& payload);
std::vector<std::byte> streamed_reply(std::string_view id, const std::vector<std::byte>& reply);

}  // namespace trocar
