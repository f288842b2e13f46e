#include <fmt/format.h>

#include <cmath>

#include "drivers/little_endian.hpp"
#include "drivers/ndi_tracking.hpp"

// BX2: a container of components, nested once.
//   container  u16 version, u16 count, components
//   component  u16 type, u32 size with these 12 bytes, u16 item format, u32 item count, items
// A frame component has one item per kind of tool, each with its own number, time and container.
namespace trocar {
namespace {

constexpr std::uint16_t component_frame = 1;
constexpr std::uint16_t component_6d = 2;
constexpr std::uint16_t component_3d = 3;
constexpr std::uint16_t component_1d = 4;
constexpr std::uint16_t component_alert = 0x12;
constexpr std::size_t component_header = 12;
constexpr unsigned status_missing = 0x0100;
constexpr float bad_float = -3.0e28F;  // what NDI programs write for "no number"

struct FrameItem {
  std::uint8_t type = 0;
  std::uint32_t number = 0;
  std::int64_t device_ns = 0;
  bool inside = false;  // poses belong to a frame; a 6D component outside one has no time
};

Missing reason_of_code(unsigned code) {
  switch (code) {
    case 9:
      return Missing::out_of_volume;
    case 13:
      return Missing::too_few_markers;
    case 14:
      return Missing::interference;
    case 17:
      return Missing::bad_fit;
    case 18:
    case 19:
    case 20:
    case 21:
    case 22:
      return Missing::processing;
    case 32:
      return Missing::disabled;
    case 33:
      return Missing::unplugged;
    default:
      return Missing::not_seen;
  }
}

bool read_pose(ByteCursor& in, NdiBody& body) {
  std::array<float, 8> v{};
  for (float& value : v) {
    const auto taken = in.take<float>();
    if (!taken) return false;
    value = *taken;
  }
  for (std::size_t i = 0; i < 4; ++i) body.pose.q[i] = v[i];
  for (std::size_t i = 0; i < 3; ++i) body.pose.t_mm[i] = v[4 + i];
  body.pose.error_mm = v[7];
  if (v[0] < bad_float) {
    body.state = NdiState::missing;
    body.why = Missing::not_finite;
    return true;
  }
  return is_plausible(body.pose);
}

bool read_6d(ByteCursor& in, const FrameItem& frame, NdiTracking& out) {
  const auto handle = in.take<std::uint16_t>();
  const auto status = in.take<std::uint16_t>();
  if (!handle || !status || !frame.inside) return false;
  NdiBody body;
  body.handle = *handle;
  body.frame = frame.number;
  body.frame_type = frame.type;
  body.device_ns = frame.device_ns;
  const unsigned code = *status & 0xFFU;
  body.face = static_cast<std::uint8_t>((*status >> 13U) & 7U);
  body.out_of_volume = code == 3 || code == 9;
  if ((*status & status_missing) != 0) {
    body.state = NdiState::missing;
    body.why = reason_of_code(code);
    return add_body(out, body);
  }
  body.state = NdiState::valid;
  return read_pose(in, body) && add_body(out, body);
}

bool read_3d(ByteCursor& in, NdiTracking& out) {
  constexpr std::uint8_t marker_missing = 1;
  const auto handle = in.take<std::uint16_t>();
  const auto count = in.take<std::uint16_t>();
  if (!handle || !count) return false;
  for (unsigned i = 0; i < *count; ++i) {
    const auto status = in.take<std::uint8_t>();
    const auto reserved = in.take<std::uint8_t>();
    const auto index = in.take<std::uint16_t>();
    if (!status || !reserved || !index) return false;
    if (*status == marker_missing) continue;  // no coordinates follow
    NdiPoint point{*handle, *index, *status, false, {}};
    point.out_of_volume = *status == 4 || *status == 5 || *status == 8;
    for (double& v : point.mm) {
      const auto value = in.take<float>();
      if (!value || !std::isfinite(*value)) return false;
      v = *value;
    }
    add_point(out, point);
  }
  return true;
}

bool read_1d(ByteCursor& in, NdiTracking& out) {
  const auto handle = in.take<std::uint16_t>();
  const auto count = in.take<std::uint16_t>();
  if (!handle || !count) return false;
  NdiButtons buttons{*handle, 0};
  for (unsigned i = 0; i < *count; ++i) {
    const auto closed = in.take<std::uint8_t>();
    if (!closed || *closed > 1) return false;
    if (i < 8) buttons.switches |= static_cast<std::uint8_t>(*closed << i);
  }
  return out.buttons.push_back(buttons);
}

bool read_alert(ByteCursor& in, NdiTracking& out) {
  const auto type = in.take<std::uint8_t>();
  const auto reserved = in.take<std::uint8_t>();
  const auto code = in.take<std::uint16_t>();
  if (!type || !reserved || !code) return false;
  return out.alerts.push_back({*type, *code});
}

bool read_container(ByteCursor& in, const FrameItem& frame, NdiTracking& out);

bool read_frame(ByteCursor& in, NdiTracking& out) {
  const auto type = in.take<std::uint8_t>();
  const auto sequence = in.take<std::uint8_t>();
  const auto status = in.take<std::uint16_t>();
  const auto number = in.take<std::uint32_t>();
  const auto s = in.take<std::uint32_t>();
  const auto ns = in.take<std::uint32_t>();
  if (!type || !sequence || !status || !number || !s || !ns || *ns >= 1'000'000'000) return false;
  const FrameItem frame{*type, *number, std::int64_t{*s} * 1'000'000'000 + *ns, true};
  return read_container(in, frame, out);
}

bool read_item(ByteCursor& in, std::uint16_t type, const FrameItem& frame, NdiTracking& out) {
  switch (type) {
    case component_frame:
      return !frame.inside && read_frame(in, out);
    case component_6d:
      return read_6d(in, frame, out);
    case component_3d:
      return read_3d(in, out);
    case component_1d:
      return read_1d(in, out);
    case component_alert:
      return read_alert(in, out);
    default:
      return false;
  }
}

bool is_known(std::uint16_t type) {
  return (type >= component_frame && type <= component_1d) || type == component_alert;
}

bool read_component(ByteCursor& in, const FrameItem& frame, NdiTracking& out) {
  const auto type = in.take<std::uint16_t>();
  const auto size = in.take<std::uint32_t>();
  const auto format = in.take<std::uint16_t>();
  const auto count = in.take<std::uint32_t>();
  if (!type || !size || !format || !count || *size < component_header) return false;
  const auto items = in.take_bytes(*size - component_header);
  if (!items) return false;
  if (!is_known(*type)) return true;
  // Bytes after the last item are skipped: a newer device may add some.
  ByteCursor inside(*items);
  for (std::uint32_t i = 0; i < *count; ++i) {
    if (!read_item(inside, *type, frame, out)) return false;
  }
  return true;
}

bool read_container(ByteCursor& in, const FrameItem& frame, NdiTracking& out) {
  const auto version = in.take<std::uint16_t>();
  const auto count = in.take<std::uint16_t>();
  if (!version || !count) return false;
  for (unsigned i = 0; i < *count; ++i) {
    if (!read_component(in, frame, out)) return false;
  }
  return true;
}

void give_buttons_to_bodies(NdiTracking& out) {
  for (const NdiButtons& buttons : out.buttons) {
    for (NdiBody& body : out.bodies) {
      if (body.handle == buttons.handle) body.switches = buttons.switches;
    }
  }
}

}  // namespace

Status parse_bx2(std::span<const std::byte> payload, NdiTracking& out) {
  out.clear();
  ByteCursor in(payload);
  if (read_container(in, FrameItem{}, out) && in.left() == 0) {
    give_buttons_to_bodies(out);
    return Done{};
  }
  out.clear();
  return Error{Code::malformed, fmt::format("BX2 reply ({} bytes): not understood at byte {}",
                                            payload.size(), payload.size() - in.left())};
}

}  // namespace trocar
