#include "tools/phantom/operating_room.hpp"

#include <fmt/format.h>

#include <random>

#include "engine/navigation/tool_model.hpp"
#include "tools/phantom/intraop.hpp"
#include "tools/phantom/operation_script.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

// The patient lies prone under the camera: posterior (+y) is towards it, which is +z of tracker and
// reference body; right-handed, so left becomes -x and superior +y.
Eigen::Matrix3d reference_from_preop_rotation() {
  Eigen::Matrix3d r;
  r.col(0) = -Vec::UnitX();
  r.col(1) = Vec::UnitZ();
  r.col(2) = Vec::UnitY();
  return r;
}

const Vec divot_in_reference(8, 20, 6);
const Vec true_tip_in_needle(10, 20, -160);
const Vec needle_axis(0, 0, -1);

std::string wxyz(const Eigen::Matrix3d& r) {
  const Eigen::Quaterniond q(r);
  return fmt::format("[{:.12f}, {:.12f}, {:.12f}, {:.12f}]", q.w(), q.x(), q.y(), q.z());
}

// Between the spinous processes of the level below the lesion and the camera.
Vec reference_origin_in_preop(const Patient& patient) {
  return patient.way().skin_mm.cwiseProduct(Vec(0, 1, 1)) + Vec(5, 45, -55);
}

Vec divot_in_preop(const Patient& patient) {
  return reference_from_preop_rotation().transpose() * divot_in_reference +
         reference_origin_in_preop(patient);
}

std::string simulator_text(const Patient& patient, std::uint64_t seed, const Script& script) {
  const Eigen::Matrix3d r = reference_from_preop_rotation();
  const Vec origin = reference_origin_in_preop(patient);
  const Eigen::Matrix3d tilt(Eigen::AngleAxisd(0.2, Vec(1, -0.5, 0.3).normalized()));
  return fmt::format(
      R"(# The simulated operation: what the tracker sees. Only `trocar simulate ndi` reads this file; the
# engine never does. Script of {:.0f} s: tip check, fiducials, then {}.
seed = {}
reference = "Reference"

[device]
frame_hz = 60
latency_ms = 14.2
latency_jitter_ms = 1.8
timing = "fast"
script_from = "tracking"

[noise]
fle_mm = [0.04, 0.04, 0.12]   # per marker; along the line of sight a camera is worse

[reference_motion]            # the reference on the breathing patient
rotation_wxyz = {}
position_mm = [35.0, -20.0, -1650.0]
breathing_mm = [0.0, 0.3, 1.0]
breathing_period_s = 4.5
drift_mm_per_min = [0.2, 0.0, 0.1]

[patient.reference_from_preop]  # the truth that registration must find
rotation_wxyz = {}
position_mm = {}

[[tool]]
name = "Reference"
rom = "tools/reference.rom"

[[tool]]
name = "Needle"
rom = "tools/needle.rom"
frame = "patient"
keyframe = [
{}]
[tool.tool_from_tip]
rotation_wxyz = [0.0, 1.0, 0.0, 0.0]
position_mm = {}

[[fault]]                     # before the surgeon takes the needle
kind = "occlusion"
tool = "Needle"
from_s = 0
until_s = 3.2

[[fault]]                     # a hand covers the markers on the way in
kind = "occlusion"
tool = "Needle"
from_s = {:.1f}
until_s = {:.1f}
)",
      script.ends_s, script.then, seed, wxyz(tilt), wxyz(r), list(-(r * origin)), script.keyframes,
      list(true_tip_in_needle), script.covered_from_s, script.covered_from_s + 2);
}

// The needle's tip as its calibration found it, not as it truly is.
std::string tracker_text(std::uint64_t seed, const std::string& reference_hash,
                         const std::string& needle_hash) {
  constexpr double tip_sigma_mm = 0.12;
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, tip_sigma_mm);
  const Vec calibrated = true_tip_in_needle + Vec(normal(random), normal(random), normal(random));
  return fmt::format(
      R"(# What the engine is told of the simulated operation. configs/run_ndi.toml explains every key.
plan = "plan.toml"
log = "trocar.log"
tick_ms = 50

[tracker]
driver = "ndi"
host = "127.0.0.1"
port = 8765
mode = "auto"
latency_ms = 10
latency_bound_ms = 4

[[tool]]
name = "Reference"
role = "reference"
definition = "tools/reference.rom"
definition_version = 1
definition_hash = "{}"
marker_fle_sigma_mm = [0.04, 0.04, 0.12]

[[tool]]
name = "Needle"
role = "tool"
definition = "tools/needle.rom"
definition_version = 1
definition_hash = "{}"
marker_fle_sigma_mm = [0.04, 0.04, 0.12]
tip_in_tool_mm = {}
axis_in_tool = {}
shaft_length_mm = 140
shaft_radius_mm = 1.5
tip_sigma_mm = {}
)",
      reference_hash, needle_hash, list(calibrated), list(needle_axis), tip_sigma_mm);
}

std::string navigator_text(const Patient& patient) {
  const std::size_t below = patient.lesion_level() == 5 ? 4 : patient.lesion_level() + 1;
  return fmt::format(
      R"(
[navigator]
reference_vertebra = "L{}"
touch_tool = "Needle"
max_pose_age_ms = 100
reference_gap_ms = 40
max_acquired_bound_ms = 8
max_marker_rms_mm = 0.5
out_of_volume = "withhold"
min_tracker_distance_mm = 500
max_tracker_distance_mm = 3000
min_reference_distance_mm = 10
max_reference_distance_mm = 600
max_bound_95_mm = 4
max_fre_mm = 1.5
level_sigma_mm = 0.6
max_trusted_levels = 1
region_margin_mm = 35
max_registration_reach_mm = 300
link_watchdog_ms = 100
max_handling_ms = 50
hold_ms = 1000

[navigator.dwell]
dwell_s = 1.0
box_mm = 3.0
min_spacing_mm = 8
max_gap_ms = 100

[navigator.tip_check]
required = true
divot_in_reference_mm = {}
capture_mm = 6
limit_mm = 1.0
max_age_s = 3600
)",
      below, list(divot_in_reference));
}

constexpr std::string_view registration_and_server_text = R"(
[registration]
method = "touch"
fle_rms_mm = 0.5
max_fre_mm = 1.0
max_leave_one_out_mm = 2.0
swap_margin_mm = 2.0
min_spacing_mm = 10
min_off_line_mm = 8

[server]
port = 18944
)";

// Limits of a simulated operation, and of no other.
constexpr std::string_view intraop_text = R"(
[intraop]                        # scans on the table: configs/intraop.toml explains every key
reference_phantom = "intraop/reference_phantom.toml"
max_start_shift_mm = 30
max_start_turn_deg = 25
min_overlap = 0.6
min_score = 0.25
min_level_margin = 0.05
min_level_margin_sigmas = 2
max_bend_deg = 16
max_slip_mm = 7

[intraop.spheres]
min_matched_spheres = 5
min_margin_spheres = 2
max_rms_mm = 0.4

[dicom]
ae_title = "TROCAR"
spool_folder = "spool"
port = 11112
)";

}  // namespace

Eigen::Isometry3d reference_from_preop(const Patient& patient) {
  Eigen::Isometry3d t = Eigen::Isometry3d::Identity();
  t.linear() = reference_from_preop_rotation();
  t.translation() = -(t.linear() * reference_origin_in_preop(patient));
  return t;
}

Status write_operating_room(const Patient& patient, std::uint64_t seed,
                            const std::filesystem::path& folder) {
  const auto reference_hash = definition_hash(folder / "tools" / "reference.rom");
  if (!reference_hash) return reference_hash.error();
  const auto needle_hash = definition_hash(folder / "tools" / "needle.rom");
  if (!needle_hash) return needle_hash.error();
  if (Status s =
          write_file(folder / "simulator.toml",
                     simulator_text(patient, seed, way_in(patient, seed, divot_in_preop(patient))));
      !s) {
    return s;
  }
  std::string run = tracker_text(seed, reference_hash.value(), needle_hash.value());
  run += navigator_text(patient);
  run += registration_and_server_text;
  return write_file(folder / "run.toml", run);
}

Status write_table_operation(const Patient& patient, std::uint64_t seed, const IntraopScene& scene,
                             const std::filesystem::path& folder) {
  auto run = read_file(folder / "run.toml");
  if (!run) return run.error();
  const std::string before = "\n[navigator.dwell]";
  const std::string rest =
      "\n[navigator.scan_rest]           # the reference must stand still while a scan is taken\n"
      "window_s = 30                    # it was taken in this time before its first slice came\n"
      "max_move_mm = 3.0                # breathing and all\n";
  std::string& text = run.value();
  text.insert(
      text.find(before),
      "max_registration_move_mm = 25    # further than a scan may move a vertebra\n" + rest);
  text += intraop_text;
  if (Status s = write_file(folder / "run_ct.toml", text); !s) return s;
  const Script script =
      hold_still(patient, seed, divot_in_preop(patient), scene.held_tip_in_patient());
  return write_file(folder / "simulator_ct.toml", simulator_text(patient, seed, script));
}

}  // namespace trocar::phantom
