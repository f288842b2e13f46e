#include "engine/runtime/session_setup.hpp"

#include <array>
#include <optional>

#include "engine/runtime/setup.pb.h"
#include "engine/session/proto_values.hpp"

namespace trocar {
namespace {

using namespace proto;

// The words a plan may use; the last of each is the greatest.
template <class Enum>
std::optional<Enum> enum_of(const std::string& word, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

void put(const Structure& s, v1::Structure& out) {
  out.set_id(s.id);
  out.set_kind(std::string(to_string(s.kind)));
  out.set_vertebra(s.vertebra.index);
  out.set_stop_mm(s.zones.stop_mm);
  out.set_warn_mm(s.zones.warn_mm);
  out.set_hysteresis_mm(s.zones.hysteresis_mm);
  out.set_surface_sigma_mm(s.surface_sigma_mm);
  for (const Eigen::Vector3d& v : s.surface->vertices_mm) {
    for (int i = 0; i < 3; ++i) out.add_vertices_mm(v(i));
  }
  for (const auto& t : s.surface->triangles) {
    for (const std::uint32_t corner : t) out.add_triangles(corner);
  }
}

std::optional<Structure> structure_of(const v1::Structure& in) {
  const auto kind = enum_of(in.kind(), StructureKind::pedicle_wall);
  const bool by_three = in.vertices_mm_size() % 3 == 0 && in.triangles_size() % 3 == 0;
  if (!kind || !by_three) return std::nullopt;
  auto mesh = std::make_shared<TriangleMesh>();
  for (int i = 0; i < in.vertices_mm_size(); i += 3) {
    mesh->vertices_mm.emplace_back(in.vertices_mm(i), in.vertices_mm(i + 1), in.vertices_mm(i + 2));
  }
  for (int i = 0; i < in.triangles_size(); i += 3) {
    const std::array corners{in.triangles(i), in.triangles(i + 1), in.triangles(i + 2)};
    for (const std::uint32_t c : corners) {
      if (c >= mesh->vertices_mm.size()) return std::nullopt;
    }
    mesh->triangles.push_back(corners);
  }
  return Structure{in.id(),
                   *kind,
                   VertebraId{static_cast<std::uint16_t>(in.vertebra())},
                   {in.stop_mm(), in.warn_mm(), in.hysteresis_mm()},
                   mesh,
                   in.surface_sigma_mm()};
}

void put(const Plan& plan, v1::Plan& out) {
  out.set_id(plan.id);
  out.set_frame_of_reference_uid(plan.frame_of_reference_uid);
  for (const Vertebra& v : plan.vertebrae) {
    v1::Vertebra& mine = *out.add_vertebrae();
    mine.set_name(v.name);
    mine.set_label(v.label);
  }
  for (const Structure& s : plan.structures) put(s, *out.add_structures());
  for (const Fiducial& f : plan.fiducials) {
    v1::Fiducial& mine = *out.add_fiducials();
    mine.set_label(f.label);
    put_vector(f.position.mm, *mine.mutable_position());
  }
  for (const PlannedTrajectory& t : plan.trajectories) {
    v1::Trajectory& mine = *out.add_trajectories();
    mine.set_id(t.id);
    mine.set_vertebra(t.vertebra.index);
    put_vector(t.entry.mm, *mine.mutable_entry());
    put_vector(t.target.mm, *mine.mutable_target());
  }
  for (const InputWarning& w : plan.warnings) {
    v1::Warning& mine = *out.add_warnings();
    mine.set_issue(std::string(to_string(w.issue)));
    mine.set_detail(w.detail);
  }
}

bool take(const v1::Plan& in, Plan& out) {
  out.id = in.id();
  out.frame_of_reference_uid = in.frame_of_reference_uid();
  for (const v1::Vertebra& v : in.vertebrae()) out.vertebrae.push_back({v.name(), v.label()});
  for (const v1::Structure& s : in.structures()) {
    auto structure = structure_of(s);
    if (!structure || s.vertebra() >= out.vertebrae.size()) return false;
    out.structures.push_back(std::move(*structure));
  }
  for (const v1::Fiducial& f : in.fiducials()) {
    out.fiducials.push_back({f.label(), {vector_of(f.position())}});
  }
  for (const v1::Trajectory& t : in.trajectories()) {
    if (t.vertebra() >= out.vertebrae.size()) return false;
    out.trajectories.push_back({t.id(),
                                VertebraId{static_cast<std::uint16_t>(t.vertebra())},
                                {vector_of(t.entry())},
                                {vector_of(t.target())}});
  }
  for (const v1::Warning& w : in.warnings()) {
    const auto issue = enum_of(w.issue(), InputIssue::late_slices);
    if (!issue) return false;
    out.warnings.push_back({*issue, w.detail()});
  }
  return true;
}

void put(const ToolModel& t, v1::Tool& out) {
  out.set_name(t.name);
  out.set_is_reference(t.role == ToolRole::reference);
  out.set_version(t.definition.version);
  for (const Point<Marker>& m : t.markers) put_vector(m.mm, *out.add_markers());
  put_vector(t.marker_fle_sigma_mm, *out.mutable_marker_fle_sigma_mm());
  proto::put(t.tool_from_tip, *out.mutable_tool_from_tip());
  out.set_shaft_length_mm(t.shaft_length_mm);
  out.set_shaft_radius_mm(t.shaft_radius_mm);
  out.set_tip_sigma_mm(t.tip_sigma_mm);
}

bool take(const v1::Tool& in, ToolModel& out) {
  const auto tip = transform_of<Tool, Tip>(in.tool_from_tip());
  if (!tip) return false;
  out.name = in.name();
  out.role = in.is_reference() ? ToolRole::reference : ToolRole::tool;
  out.definition.version = in.version();
  for (const v1::Point& m : in.markers()) out.markers.push_back({vector_of(m)});
  out.marker_fle_sigma_mm = vector_of(in.marker_fle_sigma_mm());
  out.tool_from_tip = *tip;
  out.shaft_length_mm = in.shaft_length_mm();
  out.shaft_radius_mm = in.shaft_radius_mm();
  out.tip_sigma_mm = in.tip_sigma_mm();
  return true;
}

void put_checks(const NavigatorConfig& c, v1::Limits& out) {
  if (c.tip_check) {
    v1::TipCheck& check = *out.mutable_tip_check();
    check.set_required(c.tip_check->required);
    put_vector(c.tip_check->divot.mm, *check.mutable_divot());
    check.set_capture_mm(c.tip_check->capture_mm);
    check.set_limit_mm(c.tip_check->limit_mm);
    check.set_max_age_ns(c.tip_check->max_age.count());
  }
  if (c.scan_rest) {
    out.mutable_scan_rest()->set_window_ns(c.scan_rest->window.count());
    out.mutable_scan_rest()->set_max_move_mm(c.scan_rest->max_move_mm);
  }
  if (c.touch_tool) out.set_touch_tool(*c.touch_tool);
  if (!c.dwell) return;
  v1::Dwell& dwell = *out.mutable_dwell();
  dwell.set_dwell_ns(c.dwell->dwell.count());
  dwell.set_box_mm(c.dwell->box_mm);
  dwell.set_min_spacing_mm(c.dwell->min_spacing_mm);
  dwell.set_max_gap_ns(c.dwell->max_gap.count());
}

void take_checks(const v1::Limits& in, NavigatorConfig& out) {
  if (in.has_scan_rest()) {
    out.scan_rest =
        ScanRestConfig{Duration(in.scan_rest().window_ns()), in.scan_rest().max_move_mm()};
  }
  if (in.has_tip_check()) {
    const v1::TipCheck& c = in.tip_check();
    out.tip_check = TipCheckConfig{c.required(),
                                   {vector_of(c.divot())},
                                   c.capture_mm(),
                                   c.limit_mm(),
                                   Duration(c.max_age_ns())};
  }
  if (in.has_touch_tool()) out.touch_tool = in.touch_tool();
  if (!in.has_dwell()) return;
  const v1::Dwell& d = in.dwell();
  out.dwell =
      DwellConfig{Duration(d.dwell_ns()), d.box_mm(), d.min_spacing_mm(), Duration(d.max_gap_ns())};
}

void put(const NavigatorConfig& c, v1::Limits& out) {
  out.set_reference_vertebra(c.reference_vertebra);
  out.set_max_pose_age_ns(c.pose.max_pose_age.count());
  out.set_reference_gap_ns(c.pose.reference_gap.count());
  out.set_max_acquired_bound_ns(c.pose.max_acquired_bound.count());
  out.set_max_marker_rms_mm(c.pose.max_marker_rms_mm);
  out.set_accept_out_of_volume(c.pose.accept_out_of_volume);
  out.set_tracker_distance_min_mm(c.pose.tracker_distance.min_mm);
  out.set_tracker_distance_max_mm(c.pose.tracker_distance.max_mm);
  out.set_reference_distance_min_mm(c.pose.reference_distance.min_mm);
  out.set_reference_distance_max_mm(c.pose.reference_distance.max_mm);
  out.set_max_bound_95_mm(c.error.max_bound_95_mm);
  out.set_max_fre_mm(c.error.max_fre_mm);
  out.set_level_sigma_mm(c.error.level_sigma_mm);
  out.set_max_trusted_levels(c.error.max_trusted_levels);
  out.set_region_margin_mm(c.error.region_margin_mm);
  out.set_max_registration_reach_mm(c.error.max_registration_reach_mm);
  if (c.error.max_registration_move_mm) {
    out.set_max_registration_move_mm(*c.error.max_registration_move_mm);
  }
  out.set_link_watchdog_ns(c.link_watchdog.count());
  out.set_max_handling_ns(c.max_handling.count());
  out.set_hold_ns(c.hold.count());
  put_checks(c, out);
}

NavigatorConfig config_of(const v1::Limits& in) {
  NavigatorConfig c;
  c.reference_vertebra = in.reference_vertebra();
  c.pose = {Duration(in.max_pose_age_ns()),
            Duration(in.reference_gap_ns()),
            Duration(in.max_acquired_bound_ns()),
            in.max_marker_rms_mm(),
            in.accept_out_of_volume(),
            {in.tracker_distance_min_mm(), in.tracker_distance_max_mm()},
            {in.reference_distance_min_mm(), in.reference_distance_max_mm()}};
  c.error = {in.max_bound_95_mm(),  in.max_fre_mm(),
             in.level_sigma_mm(),   static_cast<std::size_t>(in.max_trusted_levels()),
             in.region_margin_mm(), in.max_registration_reach_mm()};
  if (in.has_max_registration_move_mm()) {
    c.error.max_registration_move_mm = in.max_registration_move_mm();
  }
  c.link_watchdog = Duration(in.link_watchdog_ns());
  c.max_handling = Duration(in.max_handling_ns());
  c.hold = Duration(in.hold_ns());
  take_checks(in, c);
  return c;
}

void put(const PointRegistrationConfig& c, v1::PointRegistration& out) {
  out.set_fle_rms_mm(c.fle_rms_mm);
  out.set_max_fre_mm(c.max_fre_mm);
  out.set_max_leave_one_out_mm(c.max_leave_one_out_mm);
  out.set_swap_margin_mm(c.swap_margin_mm);
  out.set_min_spacing_mm(c.min_spacing_mm);
  out.set_min_off_line_mm(c.min_off_line_mm);
}

Error unreadable(const char* what) {
  return {Code::malformed, std::string(SessionSetup::attachment) + ": " + what};
}

}  // namespace

std::string encode(const SessionSetup& setup) {
  v1::Setup message;
  message.set_format(1);
  message.set_trocar_version(setup.trocar_version);
  message.set_utc_at_zero_ns(setup.utc_at_zero_ns);
  put(setup.plan, *message.mutable_plan());
  for (const ToolModel& t : setup.tools) put(t, *message.add_tools());
  put(setup.navigator, *message.mutable_limits());
  put(setup.registration, *message.mutable_registration());
  return message.SerializeAsString();
}

Result<SessionSetup> decode_setup(const std::string& bytes) {
  v1::Setup message;
  if (!message.ParseFromString(bytes)) return unreadable("expected the set-up, found other bytes");
  if (message.format() != 1) return unreadable("expected format 1, found another");
  SessionSetup setup;
  setup.trocar_version = message.trocar_version();
  setup.utc_at_zero_ns = message.utc_at_zero_ns();
  if (!take(message.plan(), setup.plan)) return unreadable("the plan cannot be read");
  for (const v1::Tool& t : message.tools()) {
    if (!take(t, setup.tools.emplace_back())) return unreadable("a tool cannot be read");
  }
  setup.navigator = config_of(message.limits());
  const v1::PointRegistration& r = message.registration();
  setup.registration = {r.fle_rms_mm(),     r.max_fre_mm(),     r.max_leave_one_out_mm(),
                        r.swap_margin_mm(), r.min_spacing_mm(), r.min_off_line_mm()};
  return setup;
}

Result<std::unique_ptr<Navigator>> build_navigator(const SessionSetup& setup) {
  auto model = build_navigation_model(setup.plan, setup.navigator.reference_vertebra);
  if (!model) return model.error();
  try {
    return std::make_unique<Navigator>(setup.navigator, setup.tools, std::move(model).value());
  } catch (const ConfigError& e) {
    return Error{Code::config, e.what()};
  }
}

}  // namespace trocar
