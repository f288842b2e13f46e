#include "engine/runtime/intraop_config.hpp"

namespace trocar {
namespace {

constexpr double rad_per_deg = M_PI / 180;

ScannerPose read_scanner_pose(const ConfigReader& in) {
  return {in.text("frame_of_reference_uid"), in.number("sigma_mm", 0.01, 5),
          in.number("sigma_deg", 0.01, 5) * rad_per_deg};
}

CtLimits read_limits(const ConfigReader& in) {
  CtLimits l;
  l.shift_mm = in.number("max_start_shift_mm", 1, 60);
  l.turn_rad = in.number("max_start_turn_deg", 1, 45) * rad_per_deg;
  l.least_overlap = in.number("min_overlap", 0.3, 1);
  l.least_score = in.number("min_score", 0.05, 0.95);
  l.least_margin = in.number("min_level_margin", 0.01, 0.5);
  l.least_sigmas = in.number("min_level_margin_sigmas", 1, 10);
  l.most_bend_rad = in.number("max_bend_deg", 1, 45) * rad_per_deg;
  l.most_slip_mm = in.number("max_slip_mm", 1, 30);
  return l;
}

}  // namespace

IntraopConfig read_intraop(const ConfigReader& in) {
  IntraopConfig c;
  if (in.has("reference_phantom")) {
    c.plate = read_reference_phantom(in.existing_path("reference_phantom"));
    c.matching = read_fiducial_matching(in.table("spheres"));
  }
  if (in.has("scanner_pose")) c.scanner_pose = read_scanner_pose(in.table("scanner_pose"));
  if (!c.plate && !c.scanner_pose) {
    in.fail("reference_phantom", "a file of spheres, or a table [intraop.scanner_pose]",
            "neither: nothing says where the reference is in a scan");
  }
  c.patient_id = in.text_or("patient_id", "");
  if (in.has("field_level")) c.field_level = in.text("field_level");
  c.limits = read_limits(in);
  return c;
}

}  // namespace trocar
