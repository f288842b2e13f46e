#include "tools/bench/latency_room.hpp"

#include <fmt/format.h>

#include <numbers>
#include <stdexcept>

#include "drivers/ndi_driver.hpp"
#include "tools/bench/distance_meshes.hpp"

namespace trocar::bench {
namespace {

using Eigen::Vector3d;

constexpr int fifty_thousand = 50;  // frequency of lobulated_tumour()
const Vector3d tumour_mm(21, -34, 142);
const Vector3d marker_sigma_mm(0.04, 0.04, 0.12);
const Vector3d tip_mm(0, 0, 160);

template <class To, class From>
Transform<To, From> made(const Vector3d& axis, double angle_rad, const Vector3d& mm) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = Eigen::AngleAxisd(angle_rad, axis.normalized()).toRotationMatrix();
  m.translation() = mm;
  return Transform<To, From>::declare(m);  // CLAIM: the benchmark's own room
}

const auto preop_from_reference = made<Preop, Reference>({-2, 1, 1}, 1.9, {60, 40, 60});

std::vector<Point<Marker>> markers_of(std::size_t body) {
  const double d = 3.0 * static_cast<double>(body);  // no two bodies alike
  return {{{0, 0, 0}}, {{50 + d, 0, 0}}, {{0, 45 + 2 * d, 0}}, {{40, 50 - d, 20 + d}}};
}

// Instruments come from posterior (+y), slanted, and wander over the first structure, 3 to 20 mm
// above it; each has its own way.
KeyframeMotion wander(std::size_t tool) {
  std::vector<Keyframe> keys;
  for (int i = 0; i < 8; ++i) {
    const double angle = std::numbers::pi / 4 * i + 0.7 * static_cast<double>(tool);
    const Vector3d tip = tumour_mm + Vector3d(14 * std::cos(angle), 28 + 8 * std::sin(2 * angle),
                                              12 * std::sin(angle));
    const Vector3d forward(0.3 * std::cos(angle), -1, 0.3 * std::sin(angle + 1));
    keys.push_back({2.0 * i, 0, pose_of_tip(tip, forward.normalized(), 0.1 * angle)});
  }
  return {keys, AtEnd::bounce};
}

NdiScenario scenario_of(const RoomLoad& load) {
  NdiScenario s;
  s.device.frame_hz = load.rate_hz;
  s.device.latency = LatencyRoom::device_latency;
  s.device.volume = {300, 4000, {2000, 2000}, {4000, 4000}};
  s.fle_mm = marker_sigma_mm;
  s.reference = 0;
  s.reference_motion.base.translation() = Vector3d(50, -80, -1500);
  s.reference_motion.breathing_mm = Vector3d(0, 0.3, 1);
  s.reference_from_preop = preop_from_reference.inverse();
  for (std::size_t i = 0; i <= load.tools; ++i) {
    ScenarioTool tool;
    tool.name = i == 0 ? "Reference" : name_of_tool(i - 1);
    tool.rom.markers = markers_of(i);
    tool.rom.serial = static_cast<std::uint32_t>(0x0A000001 + i);
    tool.rom_image = make_ndi_rom(tool.rom);
    if (i > 0) {
      tool.frame = MotionFrame::patient;
      tool.keyframes_of_tip = true;
      tool.tool_from_tip = place_tip(tip_mm, Vector3d::UnitZ());
      tool.motion = wander(i - 1);
    }
    s.tools.push_back(std::move(tool));
  }
  return s;
}

NdiConfig driver_config(const RoomLoad& load, std::uint16_t port) {
  NdiConfig c;
  c.host = "127.0.0.1";
  c.port = port;
  c.mode = NdiTrackingMode::stream;
  c.frame_hz = load.rate_hz;
  c.clock.latency = LatencyRoom::device_latency;
  c.clock.latency_bound = std::chrono::milliseconds(2);
  return c;
}

// Limits wide enough that nothing is withheld in an undisturbed room; all of them are judged.
NavigatorConfig navigator_config() {
  return read_navigator(ConfigReader::parse(R"(
reference_vertebra = "L3"
max_pose_age_ms = 100
reference_gap_ms = 60
max_acquired_bound_ms = 12
max_marker_rms_mm = 1
out_of_volume = "withhold"
min_tracker_distance_mm = 300
max_tracker_distance_mm = 4000
min_reference_distance_mm = 1
max_reference_distance_mm = 900
max_bound_95_mm = 6
max_fre_mm = 2
level_sigma_mm = 0.6
max_trusted_levels = 1
region_margin_mm = 35
max_registration_reach_mm = 400
link_watchdog_ms = 200
max_handling_ms = 50
hold_ms = 1000
)",
                                            "bench_latency"));
}

std::vector<ToolModel> tools_of(const RoomLoad& load) {
  std::vector<ToolModel> tools;
  for (std::size_t i = 0; i <= load.tools; ++i) {
    ToolModel tool;
    tool.name = i == 0 ? "Reference" : name_of_tool(i - 1);
    tool.role = i == 0 ? ToolRole::reference : ToolRole::tool;
    tool.markers = markers_of(i);
    tool.marker_fle_sigma_mm = marker_sigma_mm;
    if (i > 0) {
      tool.tool_from_tip = place_tip(tip_mm, Vector3d::UnitZ());
      tool.shaft_length_mm = 140;
      tool.shaft_radius_mm = 1.5;
      tool.tip_sigma_mm = 0.1;
    }
    tools.push_back(std::move(tool));
  }
  return tools;
}

Plan plan_of(const Surfaces& surfaces) {
  Plan plan;
  plan.id = "bench";
  plan.vertebrae = {{"L2", 2}, {"L3", 3}, {"L4", 4}};
  for (std::size_t i = 0; i < surfaces.size(); ++i) {
    plan.structures.push_back({fmt::format("Structure{}", i + 1),
                               StructureKind::tumour,
                               {1},
                               {2, 6, 0.5},
                               surfaces[i],
                               0.3});
  }
  plan.trajectories = {{"approach", {1}, {tumour_mm + Vector3d(0, 60, 0)}, {tumour_mm}}};
  return plan;
}

Registration registration() {
  PoseCovariance<Preop> covariance;
  covariance.theta_t.diagonal() << 1e-6, 1e-6, 1e-6, 0.01, 0.01, 0.01;
  Registration r{VertebraId{1}, preop_from_reference, covariance, 0.3, {}};
  for (const double side_mm : {-80.0, 80.0}) {
    for (int k = 0; k < 3; ++k) r.points.push_back({tumour_mm + side_mm * Vector3d::Unit(k)});
  }
  return r;
}

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().detail);
  return std::move(result).value();
}

StreamNames names_of(const RoomLoad& load, const Plan& plan) {
  std::vector<std::string> tools = {""};
  for (std::size_t i = 0; i < load.tools; ++i) tools.push_back(name_of_tool(i));
  std::vector<StreamNames::StructureNames> structures;
  for (const Structure& s : plan.structures) structures.push_back({s.id, "L3"});
  return value_or_throw(StreamNames::check(tools, structures));
}

std::unique_ptr<Recorder> recorder_on(const std::filesystem::path& session,
                                      const TimeSource& time) {
  auto writer = value_or_throw(
      SessionWriter::begin(value_or_throw(create_append_file(session)),
                           {"bench_latency", session_schemas(), session_channels(), {}}));
  return std::make_unique<Recorder>(std::move(writer), time, std::int64_t{0});
}

}  // namespace

std::string name_of_tool(std::size_t index) { return fmt::format("Tool{}", index + 1); }

Surfaces three_surfaces() {
  Surfaces surfaces;
  for (const double aside_mm : {0.0, 60.0, -60.0}) {
    TriangleMesh mesh = lobulated_tumour(fifty_thousand);
    for (Vector3d& v : mesh.vertices_mm) v.x() += aside_mm;
    surfaces.push_back(std::make_shared<const TriangleMesh>(std::move(mesh)));
  }
  return surfaces;
}

LatencyRoom::LatencyRoom(const RoomLoad& load, const Surfaces& surfaces, NdiServerHooks hooks,
                         const std::filesystem::path& session) {
  const NdiScenario scenario = scenario_of(load);
  tracker_ = value_or_throw(NdiServer::listen(scenario, 0, std::move(hooks)));
  std::vector<NdiTool> uploaded;
  for (const ScenarioTool& t : scenario.tools) {
    uploaded.push_back({{t.name, {}, {}}, t.rom, t.rom_image});
  }
  const Plan plan = plan_of(surfaces);
  ServerConfig serving;
  serving.pace = Duration(0);  // every guidance, whatever the rate
  serving.port = 0;
  server_ = value_or_throw(GuidanceServer::start(serving, {names_of(load, plan), surfaces},
                                                 {newest_, lines_, published_, time_, {}}));
  EngineParts parts;
  parts.navigator = std::make_unique<Navigator>(navigator_config(), tools_of(load),
                                                value_or_throw(build_navigation_model(plan, "L3")));
  parts.registrations = {registration()};
  parts.source = make_ndi_driver(driver_config(load, tracker_->port()), std::move(uploaded));
  parts.tick = std::chrono::milliseconds(50);
  if (!session.empty()) {
    parts.recorder = recorder_on(session, time_);
    parts.record_at_start = true;
  }
  engine_ = std::make_unique<Engine>(std::move(parts), time_,
                                     Engine::Outlets{newest_, lines_, to_log_, published_});
  engine_->start();
}

LatencyRoom::~LatencyRoom() {
  engine_->stop();
  server_->stop();
}

}  // namespace trocar::bench
