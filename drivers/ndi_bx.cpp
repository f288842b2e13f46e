#include <fmt/format.h>

#include <cmath>

#include "drivers/little_endian.hpp"
#include "drivers/ndi_tracking.hpp"

// The binary form of a tracking reply:
//   u8 count { u8 handle, u8 state, fields } [strays] u16 system status
namespace trocar {
namespace {

constexpr std::uint8_t handle_valid = 0x01;
constexpr std::uint8_t handle_missing = 0x02;
constexpr std::uint8_t handle_disabled = 0x04;

bool read_position(ByteCursor& in, std::array<double, 3>& mm) {
  for (double& v : mm) {
    const auto value = in.take<float>();
    if (!value || !std::isfinite(*value)) return false;
    v = *value;
  }
  return true;
}

bool read_pose(ByteCursor& in, NdiPose& pose) {
  for (double& q : pose.q) {
    const auto value = in.take<float>();
    if (!value) return false;
    q = *value;
  }
  if (!read_position(in, pose.t_mm)) return false;
  const auto error = in.take<float>();
  if (!error) return false;
  pose.error_mm = *error;
  return is_plausible(pose);
}

bool read_transform(ByteCursor& in, NdiBody& body) {
  if (body.state == NdiState::valid && !read_pose(in, body.pose)) return false;
  const auto status = in.take<std::uint32_t>();
  const auto frame = in.take<std::uint32_t>();
  if (!status || !frame) return false;
  body.port_status = *status;
  body.frame = *frame;
  body.switches = static_cast<std::uint8_t>((*status >> 1U) & 7U);
  body.out_of_volume = (*status & (ndi_port_out_of_volume | ndi_port_partly_out)) != 0;
  return true;
}

bool read_tool_info(ByteCursor& in, NdiBody& body) {
  const auto info = in.take<std::uint8_t>();
  const auto states = in.take_bytes(10);
  if (!info || !states) return false;
  body.tool_info = *info;
  body.face = static_cast<std::uint8_t>((*info >> 4U) & 7U);
  for (std::size_t i = 0; i < 10; ++i) {  // the last byte's low half is marker A
    const unsigned pair = std::to_integer<unsigned>((*states)[9 - i]);
    body.marker_state[2 * i] = static_cast<std::uint8_t>(pair & 0xFU);
    body.marker_state[2 * i + 1] = static_cast<std::uint8_t>(pair >> 4U);
  }
  return true;
}

bool read_single_stray(ByteCursor& in, unsigned options, NdiTracking& out) {
  const auto status = in.take<std::uint8_t>();
  if (!status) return false;
  const bool outside = *status == 0x08 && (options & ndi_out_of_volume) != 0;
  if (*status != 0x01 && !outside) return true;
  NdiPoint point;
  point.out_of_volume = outside;
  if (!read_position(in, point.mm)) return false;
  add_point(out, point);
  return true;
}

bool read_points(ByteCursor& in, std::uint16_t handle, NdiTracking& out) {
  const auto count = in.take<std::uint8_t>();
  if (!count) return false;
  const auto outside = in.take_bytes((*count + 7U) / 8U);
  if (!outside) return false;
  for (unsigned i = 0; i < *count; ++i) {
    NdiPoint point{handle, static_cast<std::uint16_t>(i), 0, false, {}};
    const unsigned bits = std::to_integer<unsigned>((*outside)[outside->size() - 1 - i / 8]);
    point.out_of_volume = ((bits >> (i % 8)) & 1U) != 0;
    if (!read_position(in, point.mm)) return false;
    add_point(out, point);
  }
  return true;
}

bool read_handle(ByteCursor& in, unsigned options, NdiTracking& out) {
  const auto handle = in.take<std::uint8_t>();
  const auto state = in.take<std::uint8_t>();
  if (!handle || !state) return false;
  NdiBody body;
  body.handle = *handle;
  if (*state == handle_disabled) {
    body.state = NdiState::disabled;
    body.why = Missing::disabled;
    return add_body(out, body);
  }
  if (*state != handle_valid && *state != handle_missing) return false;
  body.state = *state == handle_valid ? NdiState::valid : NdiState::missing;
  if ((options & ndi_transforms) != 0 && !read_transform(in, body)) return false;
  if ((options & ndi_tool_info) != 0 && !read_tool_info(in, body)) return false;
  if ((options & ndi_single_stray) != 0 && !read_single_stray(in, options, out)) return false;
  if ((options & ndi_tool_markers) != 0 && !read_points(in, body.handle, out)) return false;
  if ((options & ndi_transforms) == 0) body.state = NdiState::not_reported;
  body.why = reason_of(body);
  return add_body(out, body);
}

bool read_strays(ByteCursor& in, unsigned options, NdiTracking& out) {
  if ((options & ndi_strays) == 0) return true;
  const std::size_t before = out.points.size() + out.points_dropped;
  if (!read_points(in, NdiPoint::stray, out)) return false;
  const std::size_t count = out.points.size() + out.points_dropped - before;
  if ((options & ndi_stray_status) == 0) return true;
  return in.take_bytes((count + 1) / 2).has_value();
}

bool read_reply(ByteCursor& in, unsigned options, NdiTracking& out) {
  const auto count = in.take<std::uint8_t>();
  if (!count) return false;
  for (unsigned i = 0; i < *count; ++i) {
    if (!read_handle(in, options, out)) return false;
  }
  if (!read_strays(in, options, out)) return false;
  const auto status = in.take<std::uint16_t>();
  if (!status) return false;
  out.system_status = *status;
  return in.left() == 0;
}

}  // namespace

Status parse_bx(std::span<const std::byte> payload, unsigned options, NdiTracking& out) {
  out.clear();
  const unsigned asked =
      (options & 0x00FFU) == 0 && (options & ndi_strays) == 0 ? options | ndi_transforms : options;
  ByteCursor in(payload);
  if (read_reply(in, asked, out)) return Done{};
  out.clear();
  return Error{Code::malformed,
               fmt::format("BX reply ({} bytes, options {:04X}): not understood at byte {}",
                           payload.size(), options, payload.size() - in.left())};
}

}  // namespace trocar
