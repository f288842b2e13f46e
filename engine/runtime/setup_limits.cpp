#include "engine/runtime/setup.pb.h"
#include "engine/runtime/setup_parts.hpp"
#include "engine/session/proto_values.hpp"

namespace trocar {

using namespace proto;

namespace {

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

}  // namespace

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

}  // namespace trocar
