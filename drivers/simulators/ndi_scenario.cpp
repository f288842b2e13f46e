#include "drivers/simulators/ndi_scenario.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace trocar {
namespace {

constexpr double max_time_s = 1e6;

Eigen::Isometry3d read_pose(const ConfigReader& in) {
  const auto wxyz = in.numbers("rotation_wxyz", 4);
  const Eigen::Quaterniond q(wxyz[0], wxyz[1], wxyz[2], wxyz[3]);
  if (!(std::abs(q.norm() - 1.0) <= 1e-3)) {
    in.fail("rotation_wxyz", "a unit quaternion w, x, y, z", fmt::format("norm {}", q.norm()));
  }
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.linear() = q.normalized().toRotationMatrix();
  pose.translation() = in.vector3("position_mm", -1e4, 1e4);
  return pose;
}

ScenarioDevice read_device(const ConfigReader& in) {
  ScenarioDevice d;
  d.model = in.text_or("model", d.model);
  d.serial = in.text_or("serial", d.serial);
  if (d.serial.size() != 8) in.fail("serial", "8 characters", d.serial);
  d.firmware = in.text_or("firmware", d.firmware);
  d.api_revision = in.text_or("api_revision", d.api_revision);
  d.frame_hz = in.number("frame_hz", 1, 2000);
  d.latency = duration_from_ms(in.number("latency_ms", 0, 1000));
  d.latency_jitter_ms = in.number_or("latency_jitter_ms", 0, 0, 100);
  d.clock_drift_ppm = in.number_or("clock_drift_ppm", 0, -1000, 1000);
  d.utc_start_s = in.integer_or("utc_start_s", d.utc_start_s, 0, 4'000'000'000);
  d.measured_timing = in.one_of("timing", {"measured", "fast"}) == "measured";
  if (in.has("script_from")) {
    d.script_from_tracking = in.one_of("script_from", {"power_up", "tracking"}) == "tracking";
  }
  if (in.has("poll")) {
    d.poll =
        in.one_of("poll", {"wait", "repeat"}) == "wait" ? PollAnswer::wait : PollAnswer::repeat;
  }
  d.hybrid = in.flag_or("hybrid", false);
  d.plain_warning = in.flag_or("plain_warning", false);
  d.stale_handles = static_cast<int>(in.integer_or("stale_handles", 0, 0, 8));
  if (in.has("volume")) {
    const auto v = in.table("volume");
    d.volume.near_mm = v.number("near_mm", 1, 1e4);
    d.volume.far_mm = v.number("far_mm", d.volume.near_mm, 1e4);
    const auto near_half = v.numbers("near_half_mm", 2);
    const auto far_half = v.numbers("far_half_mm", 2);
    d.volume.near_half_mm = {near_half[0], near_half[1]};
    d.volume.far_half_mm = {far_half[0], far_half[1]};
  }
  return d;
}

std::uint32_t read_serial(const ConfigReader& in) {
  const std::string hex = in.text_or("rom_serial", "00000001");
  if (hex.size() != 8 || hex.find_first_not_of("0123456789ABCDEF") != std::string::npos) {
    in.fail("rom_serial", "8 upper-case hexadecimal digits", hex);
  }
  return static_cast<std::uint32_t>(std::stoul(hex, nullptr, 16));
}

NdiRom read_geometry(const ConfigReader& in) {
  NdiRom rom;
  for (const auto& m : in.tables("marker")) {
    rom.markers.push_back({m.vector3("at_mm", -1000, 1000)});
    rom.normals.push_back(
        {m.has("normal") ? m.vector3("normal").normalized() : Eigen::Vector3d::Zero()});
  }
  rom.serial = read_serial(in);
  rom.main_type = static_cast<std::uint8_t>(in.integer_or("main_type", 2, 1, 0x0B));
  rom.manufacturer = in.text_or("manufacturer", "TROCAR");
  rom.part_number = in.text_or("part_number", "SIMULATED");
  rom.min_markers = static_cast<std::uint32_t>(in.integer_or("min_markers", 3, 3, 20));
  rom.max_3d_error_mm = in.number_or("max_3d_error_mm", 2, 0.01, 100);
  rom.max_marker_angle_deg = static_cast<std::uint8_t>(in.integer_or("max_angle_deg", 90, 1, 180));
  return rom;
}

void read_rom(const ConfigReader& in, ScenarioTool& tool) {
  if (in.has("rom") == in.has("marker")) {
    in.fail("rom", "either rom = \"file\" or marker = [...]", in.has("rom") ? "both" : "neither");
  }
  if (in.has("rom")) {
    const auto file = in.existing_path("rom");
    auto read = read_ndi_rom(file);
    if (!read) in.fail("rom", "a tool definition file", read.error().detail);
    if (read.value().rom.wired) in.fail("rom", "a tool definition with markers", "an Aurora file");
    tool.rom = read.value().rom;
    tool.rom_image = read.value().bytes;
    return;
  }
  tool.rom = read_geometry(in);
  tool.rom_image = make_ndi_rom(tool.rom);
  const auto checked = parse_ndi_rom(tool.rom_image);
  if (!checked) in.fail("marker", "markers a tracker accepts", checked.error().detail);
}

Keyframe read_keyframe(const ConfigReader& in, bool of_tip) {
  Keyframe k;
  k.t_s = in.number("t_s", 0, max_time_s);
  k.hold_s = in.number_or("hold_s", 0, 0, max_time_s);
  if (!of_tip) {
    k.pose = read_pose(in);
    return k;
  }
  const Eigen::Vector3d direction = in.vector3("direction");
  if (direction.norm() < 1e-6) in.fail("direction", "a direction", "zero length");
  const double roll_rad = in.number_or("roll_deg", 0, -360, 360) * std::numbers::pi / 180;
  k.pose = pose_of_tip(in.vector3("tip_mm", -1e4, 1e4), direction, roll_rad);
  return k;
}

void read_motion(const ConfigReader& in, ScenarioTool& tool) {
  const std::string frame = in.one_of("frame", {"tracker", "reference", "patient"});
  tool.frame = frame == "tracker"     ? MotionFrame::tracker
               : frame == "reference" ? MotionFrame::reference
                                      : MotionFrame::patient;
  const std::string end = in.has("at_end") ? in.one_of("at_end", {"hold", "loop", "bounce"}) : "";
  const auto at_end = end == "loop" ? AtEnd::loop : end == "bounce" ? AtEnd::bounce : AtEnd::hold;
  const auto tables = in.tables("keyframe");
  tool.keyframes_of_tip = tables.front().has("tip_mm");
  if (tool.keyframes_of_tip && !tool.tool_from_tip) {
    in.fail("tool_from_tip", "where the tip is, because keyframes say tip_mm", "nothing");
  }
  std::vector<Keyframe> keyframes;
  for (const auto& t : tables) {
    const Keyframe k = read_keyframe(t, tool.keyframes_of_tip);
    if (!keyframes.empty() && k.t_s < keyframes.back().t_s + keyframes.back().hold_s) {
      t.fail("t_s", "a time after the keyframe before ends", fmt::format("{}", k.t_s));
    }
    keyframes.push_back(k);
  }
  tool.motion = KeyframeMotion(std::move(keyframes), at_end);
}

ScenarioTool read_tool(const ConfigReader& in, bool is_reference) {
  ScenarioTool tool;
  tool.name = in.text("name");
  if (in.has("kind")) {
    const std::string kind = in.one_of("kind", {"passive", "active_wireless", "wired"});
    tool.kind = kind == "passive" ? ToolKind::passive
                : kind == "wired" ? ToolKind::wired
                                  : ToolKind::active_wireless;
  }
  tool.handle = static_cast<int>(in.integer_or("handle", 0, 0, 0xFE));
  if (tool.handle != 0 && tool.kind != ToolKind::wired) {
    in.fail("handle", "no handle: only a wired tool has one of its own", "a wireless tool");
  }
  tool.buttons = static_cast<int>(in.integer_or("buttons", 0, 0, 3));
  read_rom(in, tool);
  if (in.has("tool_from_tip")) {
    // CLAIM: the scenario states where the tip of this tool is.
    tool.tool_from_tip = Transform<Tool, Tip>::declare(read_pose(in.table("tool_from_tip")));
  }
  if (!is_reference) read_motion(in, tool);
  return tool;
}

ReferenceMotion read_reference_motion(const ConfigReader& in, std::uint64_t seed) {
  ReferenceMotion m;
  m.base = read_pose(in);
  if (in.has("drift_mm_per_min")) m.drift_mm_per_min = in.vector3("drift_mm_per_min", -100, 100);
  if (in.has("breathing_mm")) m.breathing_mm = in.vector3("breathing_mm", -50, 50);
  m.breathing_period_s = in.number_or("breathing_period_s", 4, 0.5, 60);
  m.jitter_mm = in.number_or("jitter_mm", 0, 0, 10);
  m.seed = seed;
  return m;
}

void read_fault_details(const ConfigReader& in, Fault& f) {
  if (in.has("marker")) f.markers = {static_cast<int>(in.integer("marker", 1, 20))};
  f.amount = in.number_or("amount", 0, -1e9, 1e9);
  f.at_most = static_cast<int>(in.integer_or("at_most", 0, 0, 1'000'000));
  f.type = static_cast<int>(in.integer_or("type", 1, 0, 2));
  f.code = static_cast<int>(in.integer_or("code", 0, 0, 0xFFFF));
  if (f.kind == FaultKind::slow_link && f.amount < 1) {
    in.fail("amount", "bytes per second >= 1", fmt::format("{}", f.amount));
  }
}

Fault read_fault(const ConfigReader& in, const NdiScenario& scenario) {
  Fault f;
  const std::string kind = in.text("kind");
  const auto known = fault_kind(kind);
  if (!known) in.fail("kind", "a fault of docs/simulator.md", kind);
  f.kind = *known;
  const double from_s = in.number("from_s", 0, max_time_s);
  f.from = duration_from_ms(1e3 * from_s);
  if (in.has("until_s")) {
    f.until = duration_from_ms(1e3 * in.number("until_s", from_s, max_time_s));
  }
  if (f.kind <= FaultKind::unplug) {
    f.tool = in.text("tool");
    if (!scenario.find_tool(f.tool)) in.fail("tool", "the name of a tool", f.tool);
  }
  read_fault_details(in, f);
  return f;
}

}  // namespace

bool TrackedVolume::holds(const Eigen::Vector3d& p) const {
  const double depth = -p.z();
  if (depth < near_mm || depth > far_mm) return false;
  const double u = far_mm > near_mm ? (depth - near_mm) / (far_mm - near_mm) : 0.0;
  const Eigen::Vector2d half = (1 - u) * near_half_mm + u * far_half_mm;
  return std::abs(p.x()) <= half.x() && std::abs(p.y()) <= half.y();
}

std::optional<std::size_t> NdiScenario::find_tool(std::string_view name) const {
  for (std::size_t i = 0; i < tools.size(); ++i) {
    if (tools[i].name == name) return i;
  }
  return std::nullopt;
}

NdiScenario read_ndi_scenario(const ConfigReader& in) {
  NdiScenario s;
  s.seed = static_cast<std::uint64_t>(in.integer("seed", 0, 1'000'000'000));
  s.device = read_device(in.table("device"));
  s.fle_mm = in.table("noise").vector3("fle_mm", 0, 10);
  const std::string reference = in.text_or("reference", "");
  for (const auto& t : in.tables("tool")) {
    s.tools.push_back(read_tool(t, t.text("name") == reference));
    if (s.find_tool(s.tools.back().name) != s.tools.size() - 1) {
      t.fail("name", "a name no other tool has", s.tools.back().name);
    }
  }
  if (!reference.empty()) {
    s.reference = s.find_tool(reference);
    if (!s.reference) in.fail("reference", "the name of a tool", reference);
    s.reference_motion = read_reference_motion(in.table("reference_motion"), s.seed);
  }
  if (in.has("patient")) {
    const auto pose = read_pose(in.table("patient").table("reference_from_preop"));
    // CLAIM: the scenario states where the patient's images lie in the reference.
    s.reference_from_preop = Transform<Reference, Preop>::declare(pose);
  }
  for (const auto& tool : s.tools) {
    if (tool.frame != MotionFrame::tracker && !s.reference) {
      in.fail("reference", "the tool that carries the frame of " + tool.name, "nothing");
    }
    if (tool.frame == MotionFrame::patient && !s.reference_from_preop) {
      in.fail("patient", "reference_from_preop, because " + tool.name + " moves in it", "nothing");
    }
  }
  if (in.has("stray")) {
    for (const auto& t : in.tables("stray")) s.strays_mm.push_back(t.vector3("at_mm", -1e4, 1e4));
  }
  if (in.has("fault")) {
    for (const auto& t : in.tables("fault")) s.faults.push_back(read_fault(t, s));
  }
  in.finish();
  return s;
}

}  // namespace trocar
