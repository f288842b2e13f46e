#include "engine/navigation/navigator_config.hpp"

namespace trocar {
namespace {

Duration read_ms(const ConfigReader& in, std::string_view key, double min, double max) {
  return duration_from_ms(in.number(key, min, max));
}

RangeMm read_range(const ConfigReader& in, const std::string& what, double min, double max) {
  const RangeMm range{in.number("min_" + what + "_mm", min, max),
                      in.number("max_" + what + "_mm", min, max)};
  if (range.min_mm >= range.max_mm) {
    in.fail("max_" + what + "_mm", "more than min_" + what + "_mm", std::to_string(range.max_mm));
  }
  return range;
}

PoseLimits read_pose_limits(const ConfigReader& in) {
  PoseLimits p;
  p.max_pose_age = read_ms(in, "max_pose_age_ms", 10, 500);
  p.reference_gap = read_ms(in, "reference_gap_ms", 1, 100);
  p.max_acquired_bound = read_ms(in, "max_acquired_bound_ms", 0.1, 50);
  p.max_marker_rms_mm = in.number("max_marker_rms_mm", 0.01, 5);
  p.accept_out_of_volume = in.one_of("out_of_volume", {"withhold", "accept"}) == "accept";
  p.tracker_distance = read_range(in, "tracker_distance", 10, 10'000);
  p.reference_distance = read_range(in, "reference_distance", 1, 5'000);
  return p;
}

ErrorLimits read_error_limits(const ConfigReader& in) {
  ErrorLimits e;
  e.max_bound_95_mm = in.number("max_bound_95_mm", 0.1, 20);
  e.max_fre_mm = in.number("max_fre_mm", 0.01, 10);
  e.level_sigma_mm = in.number("level_sigma_mm", 0, 5);
  e.max_trusted_levels = static_cast<std::size_t>(in.integer("max_trusted_levels", 0, 5));
  e.region_margin_mm = in.number("region_margin_mm", 0, 100);
  e.max_registration_reach_mm = in.number("max_registration_reach_mm", 10, 2'000);
  if (in.has("max_registration_move_mm")) {
    e.max_registration_move_mm = in.number("max_registration_move_mm", 1, 100);
  }
  return e;
}

TipCheckConfig read_tip_check(const ConfigReader& in) {
  TipCheckConfig t;
  t.required = in.flag("required");
  t.divot = {in.vector3("divot_in_reference_mm", -500, 500)};
  t.capture_mm = in.number("capture_mm", 0.5, 20);
  t.limit_mm = in.number("limit_mm", 0.05, 5);
  t.max_age = read_ms(in, "max_age_s", 1, 86'400) * 1'000;
  if (t.limit_mm >= t.capture_mm) {
    in.fail("limit_mm", "less than capture_mm, or no check could fail", std::to_string(t.limit_mm));
  }
  in.finish();
  return t;
}

ScanRestConfig read_scan_rest(const ConfigReader& in) {
  ScanRestConfig s;
  s.window = read_ms(in, "window_s", 1, ReferenceRest::longest_s) * 1'000;
  s.max_move_mm = in.number("max_move_mm", 0.1, 20);
  in.finish();
  return s;
}

}  // namespace

NavigatorConfig read_navigator(const ConfigReader& in) {
  NavigatorConfig c;
  c.reference_vertebra = in.text("reference_vertebra");
  c.pose = read_pose_limits(in);
  c.error = read_error_limits(in);
  if (in.has("tip_check")) c.tip_check = read_tip_check(in.table("tip_check"));
  if (in.has("scan_rest")) c.scan_rest = read_scan_rest(in.table("scan_rest"));
  if (in.has("touch_tool")) c.touch_tool = in.text("touch_tool");
  if (c.tip_check || c.touch_tool) c.dwell = read_dwell(in.table("dwell"));
  c.link_watchdog = read_ms(in, "link_watchdog_ms", 10, 2'000);
  c.max_handling = read_ms(in, "max_handling_ms", 1, 1'000);
  c.hold = read_ms(in, "hold_ms", 100, 60'000);
  in.finish();
  return c;
}

}  // namespace trocar
