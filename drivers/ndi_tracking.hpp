#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/bounded.hpp"
#include "engine/base/result.hpp"
#include "engine/data/tracker_frame.hpp"

// What one tracking reply (TX, BX, BX2) says, before it means anything to the engine. The parsers
// are pure, know no socket, and allocate only to word an error. A reply is taken whole or not at
// all: every count, digit and number is checked, nothing may be left over.
namespace trocar {

// Options of TX and BX, OR-ed.
inline constexpr unsigned ndi_transforms = 0x0001;
inline constexpr unsigned ndi_tool_info = 0x0002;
inline constexpr unsigned ndi_single_stray = 0x0004;
inline constexpr unsigned ndi_tool_markers = 0x0008;
inline constexpr unsigned ndi_out_of_volume = 0x0800;
inline constexpr unsigned ndi_strays = 0x1000;
inline constexpr unsigned ndi_stray_status = 0x2000;

// Port status bits.
inline constexpr std::uint32_t ndi_port_occupied = 0x0001;
inline constexpr std::uint32_t ndi_port_out_of_volume = 0x0040;
inline constexpr std::uint32_t ndi_port_partly_out = 0x0080;

// System status bits (TX, BX).
inline constexpr std::uint16_t ndi_system_port_occupied = 0x0040;
inline constexpr std::uint16_t ndi_system_port_unoccupied = 0x0080;

enum class NdiState : std::uint8_t {
  valid,
  missing,
  disabled,
  unoccupied,
  not_reported,  // the command did not ask for transforms: there is no data, not an old pose
};

struct NdiPose {
  std::array<double, 4> q{1, 0, 0, 0};  // q0 qx qy qz, norm 1 +- 2e-3
  std::array<double, 3> t_mm{};
  double error_mm = 0;  // RMS of the marker fit (an indicator without unit on Aurora)
};

struct NdiBody {
  std::uint16_t handle = 0;
  NdiState state = NdiState::missing;
  NdiPose pose;                     // valid only
  Missing why = Missing::not_seen;  // not valid: the device's reason
  bool out_of_volume = false;       // delivered although wholly or partly outside
  std::uint32_t port_status = 0;    // TX, BX
  std::uint32_t frame = 0;
  std::optional<std::int64_t> device_ns;  // BX2: the device's own clock
  std::uint8_t frame_type = 0;            // BX2: 1 active wireless, 2 passive, 3 active, 7 magnetic
  std::uint8_t face = 0;
  std::uint8_t switches = 0;
  std::optional<std::uint8_t> tool_info;        // 0002
  std::array<std::uint8_t, 20> marker_state{};  // 0002; [0] is marker A
};

// A measured marker: a stray, or one of a tool. Markers the device calls missing are not listed.
struct NdiPoint {
  static constexpr std::uint16_t stray = 0xFFFF;
  std::uint16_t handle = stray;
  std::uint16_t index = 0;
  std::uint8_t status = 0;  // BX2 codes; 0 ok
  bool out_of_volume = false;
  std::array<double, 3> mm{};
};

struct NdiAlert {
  std::uint8_t type = 0;  // 0 fault, 1 alert, 2 event
  std::uint16_t code = 0;
};

struct NdiButtons {
  std::uint16_t handle = 0;
  std::uint8_t switches = 0;
};

struct NdiTracking {
  Bounded<NdiBody, 32> bodies;
  Bounded<NdiPoint, 512> points;  // beyond its capacity: counted in points_dropped
  std::uint32_t points_dropped = 0;
  Bounded<NdiAlert, 16> alerts;
  Bounded<NdiButtons, 16> buttons;
  std::uint16_t system_status = 0;
  void clear();
};

// `out` is overwritten; after an error it is empty.
Status parse_tx(std::string_view text, unsigned options, NdiTracking& out);
Status parse_bx(std::span<const std::byte> payload, unsigned options, NdiTracking& out);
Status parse_bx2(std::span<const std::byte> payload, NdiTracking& out);

// Norm of q within 2e-3 of 1, everything finite, translation within 20 m, error not negative.
bool is_plausible(const NdiPose& pose);
// The reason for MISSING in a TX or BX reply: the tool information when asked for, else the port.
Missing reason_of(const NdiBody& body);
// Adds a body unless its handle is there already or the list is full; false then.
bool add_body(NdiTracking& out, const NdiBody& body);
void add_point(NdiTracking& out, const NdiPoint& point);

}  // namespace trocar
