#pragma once
#include <numbers>
#include <string>
#include <vector>

#include "engine/navigation/navigator.hpp"
#include "tests/engine/model/test_meshes.hpp"

// A small operating room with known truth, shared by the tests of this folder: a camera at 1.5 m, a
// reference on L3, one needle, a spherical tumour. Nothing of the truth reaches the navigator but
// through events.
namespace trocar::scene {

using Eigen::Vector3d;

inline constexpr ToolId reference{0};
inline constexpr ToolId needle{1};
inline constexpr double tumour_radius_mm = 15.0;

inline Timestamp at_ms(double ms) { return Timestamp(duration_from_ms(ms)); }

template <class To, class From>
Transform<To, From> made(const Vector3d& axis, double angle_rad, const Vector3d& mm) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = Eigen::AngleAxisd(angle_rad, axis.normalized()).toRotationMatrix();
  m.translation() = mm;
  return Transform<To, From>::declare(m);  // CLAIM: the test's truth
}

inline const Transform<Tracker, Reference> tracker_from_reference =
    made<Tracker, Reference>({1, 2, 3}, 0.7, {50, -80, -1500});
inline const Transform<Preop, Reference> preop_from_reference =
    made<Preop, Reference>({-2, 1, 1}, 1.9, {20, 60, -30});

// Every required key; a test replaces or removes one line.
inline std::string config_text() {
  return R"(reference_vertebra = "L3"
max_pose_age_ms = 100
reference_gap_ms = 50
max_acquired_bound_ms = 5
max_marker_rms_mm = 0.5
out_of_volume = "withhold"
min_tracker_distance_mm = 500
max_tracker_distance_mm = 3000
min_reference_distance_mm = 20
max_reference_distance_mm = 600
max_bound_95_mm = 4
max_fre_mm = 2
level_sigma_mm = 0.6
max_trusted_levels = 1
region_margin_mm = 10
max_registration_reach_mm = 300
link_watchdog_ms = 150
max_handling_ms = 30
hold_ms = 1000
)";
}
inline const std::string tip_check_text = R"([tip_check]
required = true
divot_in_reference_mm = [30, 40, 5]
capture_mm = 4
limit_mm = 1
max_age_s = 600
)";
inline const std::string dwell_text = R"([dwell]
dwell_s = 0.5
box_mm = 1
min_spacing_mm = 5
max_gap_ms = 60
)";

inline std::string replaced(std::string text, const std::string& line_begin,
                            const std::string& by) {
  const std::size_t from = text.find(line_begin);
  const std::size_t to = text.find('\n', from);
  return text.replace(from, to - from + 1, by);
}
inline NavigatorConfig read_config(const std::string& text) {
  return read_navigator(ConfigReader::parse(text, "test.toml"));
}
inline NavigatorConfig config() { return read_config(config_text()); }
inline NavigatorConfig config_with_tip_check() {
  return read_config(config_text() + tip_check_text + dwell_text);
}
inline NavigatorConfig config_with_touch() {
  return read_config(config_text() + "touch_tool = \"needle\"\n" + dwell_text);
}

inline std::vector<ToolModel> tools() {
  ToolModel drf;
  drf.name = "reference";
  drf.role = ToolRole::reference;
  drf.markers = {{{0, 0, 0}}, {{60, 0, 0}}, {{0, 45, 0}}, {{50, 50, 20}}};
  drf.marker_fle_sigma_mm = {0.08, 0.08, 0.2};
  ToolModel probe = drf;
  probe.name = "needle";
  probe.role = ToolRole::tool;
  probe.markers = {{{0, 0, 0}}, {{0, 50, 10}}, {{0, -40, 60}}, {{25, 0, 90}}};
  probe.tool_from_tip = place_tip({3, -5, 160}, Vector3d(0.02, 0.01, 1).normalized());
  probe.shaft_length_mm = 150;
  probe.shaft_radius_mm = 1.5;
  probe.tip_sigma_mm = 0.2;
  return {drf, probe};
}

inline Plan plan() {
  Plan p;
  p.id = "scene";
  p.vertebrae = {{"L1", 1}, {"L2", 2}, {"L3", 3}, {"L4", 4}};
  const auto ball = std::make_shared<const TriangleMesh>(test::sphere(tumour_radius_mm, 5));
  const Zones zones{2, 6, 0.5};
  p.structures = {{"tumour", StructureKind::tumour, {2}, zones, ball, 0.3},
                  {"tumour_of_L1", StructureKind::tumour, {0}, zones, ball, 0.3}};
  p.fiducials = {{"F1", {{30, 0, 10}}},
                 {"F2", {{-30, 5, 0}}},
                 {"F3", {{0, 35, -5}}},
                 {"F4", {{5, -30, 25}}},
                 {"F5", {{10, 10, -35}}}};
  p.trajectories = {{"approach", {2}, {{0, 0, 60}}, {{0, 0, 0}}}};
  return p;
}
inline NavigationModel model(const Plan& of = plan()) {
  return build_navigation_model(of, "L3").value();
}

inline PoseCovariance<Preop> small_covariance() {
  PoseCovariance<Preop> c;
  c.theta_t.diagonal() << 1e-5, 1e-5, 1e-5, 0.04, 0.04, 0.04;
  return c;
}
// Supported in an octahedron of 60 mm round the tumour.
inline Registration registration(VertebraId vertebra = {2}) {
  Registration r{vertebra, preop_from_reference, small_covariance(), 0.4, {}};
  for (const double side_mm : {-60.0, 60.0}) {
    for (int k = 0; k < 3; ++k) r.points.push_back({side_mm * Vector3d::Unit(k)});
  }
  return r;
}
inline Registration spine_registration() {
  Registration r = registration();
  r.vertebra.reset();
  return r;
}

// Tip at `tip_mm` of Preop, looking along -z with a slant.
inline Transform<Preop, Tip> pointing_down(const Vector3d& tip_mm, double slant_rad = 0.1) {
  return made<Preop, Tip>({1, 0, 0}, std::numbers::pi - slant_rad, tip_mm);
}

inline MarkerPose seen(const Eigen::Isometry3d& tracker_from_marker) {
  // CLAIM: the simulated device reports the truth
  return {Transform<Tracker, Marker>::declare(tracker_from_marker), 0.1, false};
}
inline MarkerPose reference_pose() { return seen(tracker_from_reference.matrix()); }
inline MarkerPose needle_pose(const Transform<Reference, Tip>& reference_from_tip) {
  return seen(
      (tracker_from_reference * reference_from_tip * tools()[1].tool_from_tip.inverse()).matrix());
}
inline MarkerPose needle_pose(const Transform<Preop, Tip>& preop_from_tip) {
  return needle_pose(preop_from_reference.inverse() * preop_from_tip);
}

using Seen = std::variant<Missing, MarkerPose>;
// One exposure at `t`, heard 10 ms later.
inline TrackerFrame frame(Timestamp t, const Seen& reference_seen, const Seen& needle_seen) {
  TrackerFrame f;
  f.acquired = t;
  f.acquired_bound = duration_from_ms(1);
  f.received = t + duration_from_ms(10);
  f.bodies.push_back({needle, needle_seen});
  f.bodies.push_back({reference, reference_seen});
  return f;
}
inline TrackerFrame frame(Timestamp t, const Vector3d& tip_mm) {
  return frame(t, reference_pose(), needle_pose(pointing_down(tip_mm)));
}

// A navigator that was told the link is up, and has a registration of L3 when wanted.
struct Room {
  explicit Room(const NavigatorConfig& config, bool registered = true, const Plan& of = plan())
      : navigator(config, tools(), model(of)) {
    navigator.step(LinkChanged{Link::tracking, {}}, now);
    if (registered) navigator.step(registration(), now);
  }
  // One exposure `ms` after the last step, handled as soon as it was received.
  const ToolGuidance& see(const TrackerFrame& f) {
    now = f.received;
    navigator.step(f, now);
    return tool();
  }
  const ToolGuidance& see(const Vector3d& tip_mm, double after_ms = 20) {
    return see(frame(now + duration_from_ms(after_ms - 10), tip_mm));
  }
  const ToolGuidance& tick(double after_ms) {
    now += duration_from_ms(after_ms);
    navigator.step(Tick{}, now);
    return tool();
  }
  [[nodiscard]] const ToolGuidance& tool() const { return navigator.guidance().tools[0]; }
  [[nodiscard]] bool said(std::string_view text) const {
    for (const StateLine& line : navigator.lines()) {
      if (line.text.view().find(text) != std::string_view::npos) return true;
    }
    return false;
  }

  Timestamp now{duration_from_ms(1000)};
  Navigator navigator;
};

inline bool is_shown(const ToolGuidance& g) {
  return std::holds_alternative<ToolPose>(g.pose) &&
         std::holds_alternative<StructureDistance>(g.structures[0].distance);
}
// The one reason for which everything is withheld; fails loudly when a number is still there.
inline std::optional<Withheld> why(const ToolGuidance& g) {
  const auto* reason = std::get_if<Withheld>(&g.pose);
  if (reason == nullptr) return std::nullopt;
  const auto* of_trajectory = std::get_if<Withheld>(&g.trajectory);
  if (of_trajectory == nullptr || *of_trajectory != *reason) return std::nullopt;
  for (const StructureGuidance& s : g.structures) {
    const auto* same = std::get_if<Withheld>(&s.distance);
    if (same == nullptr || *same != *reason) return std::nullopt;
  }
  return *reason;
}

}  // namespace trocar::scene
