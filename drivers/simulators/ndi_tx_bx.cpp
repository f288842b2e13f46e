#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "drivers/ndi_crc.hpp"
#include "drivers/simulators/ndi_frame_report.hpp"
#include "drivers/simulators/ndi_reply_bytes.hpp"

namespace trocar {
namespace {

constexpr unsigned status_blocks_transforms = 0x0300;  // diagnostic pending, temperature
constexpr std::size_t nibbles = 20;

bool gives_pose(const HandleReport& h, const FrameReport& report, unsigned options) {
  if ((report.system_status & status_blocks_transforms) != 0) return false;
  if (h.observed.seen == Seen::out_of_volume) return (options & opt_out_of_volume) != 0;
  return h.observed.has_pose();
}

unsigned tool_info(const Observation& o) {
  if (o.seen == Seen::bad_fit) return 0x01;
  return o.seen == Seen::too_few || o.seen == Seen::missing ? 0x02 : 0x00;
}

unsigned nibble(const Observation& o, std::size_t marker) {
  return marker < o.markers.size() ? static_cast<unsigned>(o.markers[marker].code) : 0U;
}

struct Points3d {
  std::vector<Eigen::Vector3d> at_mm;
  std::vector<bool> outside;
};

Points3d seen_markers(const Observation& o, unsigned options) {
  Points3d out;
  for (const auto& m : o.markers) {
    const bool outside = m.code == MarkerSighting::used_out_of_volume;
    if (m.code < MarkerSighting::max_error || (outside && (options & opt_out_of_volume) == 0)) {
      continue;
    }
    out.at_mm.push_back(m.at_mm);
    out.outside.push_back(outside);
  }
  return out;
}

Points3d strays(const FrameReport& report) {
  return {report.strays_mm, std::vector<bool>(report.strays_mm.size(), false)};
}

// `count` flags to the digit or byte, the first in the lowest bit of the LAST one, as with markers.
std::vector<unsigned> packed(const std::vector<bool>& flags, std::size_t count) {
  std::vector<unsigned> out((flags.size() + count - 1) / count, 0);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) out[out.size() - 1 - i / count] |= 1U << (i % count);
  }
  return out;
}

void tx_point(std::string& out, const Eigen::Vector3d& p) {
  for (int axis = 0; axis < 3; ++axis) {
    fmt::format_to(std::back_inserter(out), "{:+07d}", std::lround(p[axis] * 100));
  }
}

void tx_points(std::string& out, const Points3d& points) {
  fmt::format_to(std::back_inserter(out), "{:02X}", points.at_mm.size());
  for (const unsigned digit : packed(points.outside, 4)) {
    fmt::format_to(std::back_inserter(out), "{:X}", digit);
  }
  for (const auto& p : points.at_mm) tx_point(out, p);
}

void tx_pose(std::string& out, const Observation& o) {
  const Eigen::Quaterniond& q = o.rotation;
  for (const double v : {q.w(), q.x(), q.y(), q.z()}) {
    fmt::format_to(std::back_inserter(out), "{:+06d}", std::lround(v * 1e4));
  }
  tx_point(out, o.position_mm);
  fmt::format_to(std::back_inserter(out), "{:+06d}", std::min(99999L, std::lround(o.rms_mm * 1e4)));
}

void tx_handle(std::string& out, const HandleReport& h, const FrameReport& report,
               unsigned options) {
  if ((options & opt_transforms) != 0) {
    if (gives_pose(h, report, options)) {
      tx_pose(out, h.observed);
    } else {
      out += "MISSING";
    }
    fmt::format_to(std::back_inserter(out), "{:08X}{:08X}", h.port_status, h.frame);
  }
  if ((options & opt_tool_info) != 0) {
    fmt::format_to(std::back_inserter(out), "{:02X}", tool_info(h.observed));
    for (std::size_t i = nibbles; i-- > 0;) {
      fmt::format_to(std::back_inserter(out), "{:X}", nibble(h.observed, i));
    }
  }
  if ((options & opt_active_stray) != 0) out += "00";
  if ((options & opt_markers_3d) != 0) tx_points(out, seen_markers(h.observed, options));
}

void bx_points(NdiByteWriter& out, const Points3d& points) {
  out.u8(static_cast<unsigned>(points.at_mm.size()));
  for (const unsigned byte : packed(points.outside, 8)) out.u8(byte);
  for (const auto& p : points.at_mm) out.point(p);
}

void bx_handle(NdiByteWriter& out, const HandleReport& h, const FrameReport& report,
               unsigned options) {
  const bool valid = gives_pose(h, report, options);
  out.u8(h.condition != HandleCondition::tracked ? 0x04 : valid ? 0x01 : 0x02);
  if (h.condition != HandleCondition::tracked) return;
  if ((options & opt_transforms) != 0) {
    if (valid) {
      const Eigen::Quaterniond& q = h.observed.rotation;
      for (const double v : {q.w(), q.x(), q.y(), q.z()}) out.f32(v);
      out.point(h.observed.position_mm);
      out.f32(h.observed.rms_mm);
    }
    out.u32(h.port_status);
    out.u32(h.frame);
  }
  if ((options & opt_tool_info) != 0) {
    out.u8(tool_info(h.observed));
    for (std::size_t i = nibbles; i > 0; i -= 2) {
      out.u8((nibble(h.observed, i - 1) << 4U) | nibble(h.observed, i - 2));
    }
  }
  if ((options & opt_active_stray) != 0) out.u8(0);
  if ((options & opt_markers_3d) != 0) bx_points(out, seen_markers(h.observed, options));
}

}  // namespace

std::string tx_text(const FrameReport& report, unsigned options) {
  std::string out = fmt::format("{:02X}", report.handles.size());
  for (const HandleReport& h : report.handles) {
    fmt::format_to(std::back_inserter(out), "{:02X}", h.handle);
    if (h.condition == HandleCondition::disabled) out += "DISABLED";
    if (h.condition == HandleCondition::unoccupied) out += "UNOCCUPIED";
    if (h.condition == HandleCondition::tracked) tx_handle(out, h, report, options);
    out += '\n';
  }
  if ((options & opt_strays) != 0) tx_points(out, strays(report));
  fmt::format_to(std::back_inserter(out), "{:04X}", report.system_status);
  return out;
}

std::vector<std::byte> bx_payload(const FrameReport& report, unsigned options) {
  NdiByteWriter out;
  out.u8(static_cast<unsigned>(report.handles.size()));
  for (const HandleReport& h : report.handles) {
    out.u8(h.handle);
    bx_handle(out, h, report, options);
  }
  if ((options & opt_strays) != 0) bx_points(out, strays(report));
  out.u16(report.system_status);
  return out.take();
}

std::vector<std::byte> ascii_reply(std::string_view text) {
  const std::span<const std::byte> body(reinterpret_cast<const std::byte*>(text.data()),
                                        text.size());
  const std::string crc = fmt::format("{:04X}\r", ndi_crc(body));
  NdiByteWriter out;
  out.append(body);
  for (const char c : crc) out.u8(static_cast<unsigned char>(c));
  return out.take();
}

std::vector<std::byte> binary_reply(const std::vector<std::byte>& payload) {
  NdiByteWriter out;
  out.u16(0xA5C4);
  out.u16(static_cast<unsigned>(payload.size()));
  out.u16(ndi_crc(out.bytes()));
  out.append(payload);
  out.u16(ndi_crc(payload));
  return out.take();
}

std::vector<std::byte> streamed_reply(std::string_view id, const std::vector<std::byte>& reply) {
  NdiByteWriter out;
  out.u16(0xB5D4);
  out.u16(static_cast<unsigned>(id.size()));
  for (const char c : id) out.u8(static_cast<unsigned char>(c));
  out.u16(ndi_crc(out.bytes()));
  out.append(reply);
  return out.take();
}

}  // namespace trocar
