#include <array>

#include "drivers/simulators/ndi_frame_report.hpp"
#include "drivers/simulators/ndi_reply_bytes.hpp"

// BX2 payloads: containers ("GBF") of components, nested once: container > frame > 6D, 3D, 1D.
namespace trocar {
namespace {

constexpr unsigned version = 1;
constexpr unsigned component_frame = 1;
constexpr unsigned component_6d = 2;
constexpr unsigned component_3d = 3;
constexpr unsigned component_1d = 4;
constexpr unsigned component_alert = 0x12;
constexpr unsigned stray_handle = 0xFFFF;
constexpr unsigned status_missing = 0x0100;
constexpr std::size_t component_header = 12;

struct Items {
  unsigned type = 0;
  unsigned count = 0;
  NdiByteWriter bytes;
};

void write_component(NdiByteWriter& out, const Items& items) {
  out.u16(items.type);
  out.u32(items.bytes.size() + component_header);
  out.u16(0);
  out.u32(items.count);
  out.append(items.bytes.bytes());
}

NdiByteWriter container(const std::vector<Items>& components) {
  NdiByteWriter out;
  out.u16(version);
  unsigned count = 0;
  for (const Items& c : components) count += c.count > 0 ? 1 : 0;
  out.u16(count);
  for (const Items& c : components) {
    if (c.count > 0) write_component(out, c);
  }
  return out;
}

unsigned status_6d(const HandleReport& h) {
  if (h.condition == HandleCondition::unoccupied) return status_missing | 33;
  if (h.condition == HandleCondition::disabled) return status_missing | 32;
  switch (h.observed.seen) {
    case Seen::ok:
      return 0;
    case Seen::partially_out:
      return 3;
    case Seen::out_of_volume:
      return 9;
    case Seen::too_few:
      return status_missing | 13;
    case Seen::bad_fit:
      return status_missing | 17;
    case Seen::missing:
      return status_missing | 31;
  }
  return status_missing | 31;
}

void add_6d(Items& out, const HandleReport& h) {
  const unsigned status = status_6d(h);
  ++out.count;
  out.bytes.u16(h.handle);
  out.bytes.u16(status);
  if ((status & status_missing) != 0) return;
  const Eigen::Quaterniond& q = h.observed.rotation;
  for (const double v : {q.w(), q.x(), q.y(), q.z()}) out.bytes.f32(v);
  out.bytes.point(h.observed.position_mm);
  out.bytes.f32(h.observed.rms_mm);
}

// Marker codes of TX in the numbering of a 3D item.
unsigned status_3d(MarkerSighting::Code code) {
  constexpr std::array<unsigned, 6> table{1, 2, 3, 0, 5, 4};
  return table.at(static_cast<std::size_t>(code));
}

void add_marker(Items& out, unsigned status, std::size_t index, const Eigen::Vector3d& at_mm) {
  out.bytes.u8(status);
  out.bytes.u8(0);
  out.bytes.u16(static_cast<unsigned>(index));
  if (status != 1) out.bytes.point(at_mm);
}

void add_3d(Items& out, const HandleReport& h) {
  ++out.count;
  out.bytes.u16(h.handle);
  out.bytes.u16(static_cast<unsigned>(h.observed.markers.size()));
  for (std::size_t i = 0; i < h.observed.markers.size(); ++i) {
    const auto& m = h.observed.markers[i];
    add_marker(out, status_3d(m.code), i, m.at_mm);
  }
}

void add_strays(Items& out, const std::vector<Eigen::Vector3d>& strays_mm) {
  if (strays_mm.empty()) return;
  ++out.count;
  out.bytes.u16(stray_handle);
  out.bytes.u16(static_cast<unsigned>(strays_mm.size()));
  for (std::size_t i = 0; i < strays_mm.size(); ++i) add_marker(out, 0, i, strays_mm[i]);
}

void add_1d(Items& out, const HandleReport& h) {
  if (h.buttons == 0) return;
  ++out.count;
  out.bytes.u16(h.handle);
  out.bytes.u16(static_cast<unsigned>(h.buttons));
  for (int i = 0; i < h.buttons; ++i) out.bytes.u8((h.pressed >> static_cast<unsigned>(i)) & 1U);
}

unsigned frame_type(ToolKind kind) {
  return kind == ToolKind::passive ? 2 : kind == ToolKind::wired ? 3 : 1;
}

// One item of the frame component: what the tools of one kind showed in one exposure.
void add_frame(Items& out, const FrameReport& report, ToolKind kind, const Bx2Options& options) {
  std::vector<Items> inner(3);
  inner[0].type = component_6d;
  inner[1].type = component_3d;
  inner[2].type = component_1d;
  const HandleReport* first = nullptr;
  for (const HandleReport& h : report.handles) {
    if (h.kind != kind) continue;
    if (first == nullptr) first = &h;
    if (options.tools_6d) add_6d(inner[0], h);
    if (options.tools_3d && h.condition == HandleCondition::tracked) add_3d(inner[1], h);
    if (options.buttons_1d && h.condition == HandleCondition::tracked) add_1d(inner[2], h);
  }
  if (first == nullptr) return;
  if (options.strays_3d && kind == ToolKind::passive) add_strays(inner[1], report.strays_mm);
  const auto ns = first->device_time.count();
  ++out.count;
  out.bytes.u8(frame_type(kind));
  out.bytes.u8(0);
  out.bytes.u16(0);
  out.bytes.u32(first->frame);
  out.bytes.u32(static_cast<std::uint64_t>(ns / 1'000'000'000));
  out.bytes.u32(static_cast<std::uint64_t>(ns % 1'000'000'000));
  out.bytes.append(container(inner).bytes());
}

}  // namespace

std::vector<std::byte> bx2_payload(const FrameReport& report, const Bx2Options& options) {
  std::vector<Items> components(2);
  components[0].type = component_frame;
  for (const ToolKind kind : {ToolKind::passive, ToolKind::active_wireless, ToolKind::wired}) {
    add_frame(components[0], report, kind, options);
  }
  components[1].type = component_alert;
  for (const AlertReport& alert : report.alerts) {
    ++components[1].count;
    components[1].bytes.u8(alert.type);
    components[1].bytes.u8(0);
    components[1].bytes.u16(alert.code);
  }
  return container(components).take();
}

}  // namespace trocar
