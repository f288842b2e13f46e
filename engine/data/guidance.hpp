#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "engine/base/bounded.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"
#include "engine/data/event.hpp"
#include "engine/data/ids.hpp"

// What the navigator says: one immutable snapshot per step; every number of it has the same
// sequence.
namespace trocar {

// Why a number is not shown.
enum class Withheld : std::uint8_t {
  no_data,    // nothing has been heard of this tool yet
  link_lost,  // the tracker does not answer
  tool_not_visible,
  reference_not_visible,
  different_instants,  // no reference pose for the instant of the tool's pose
  too_old,
  out_of_volume,      // tool or reference outside the tracker's characterised volume
  marker_error_high,  // the device's marker fit is worse than the limit
  implausible,        // outside the room a navigated tool can be in: wrong unit or wrong device
  tip_not_checked,
  tip_check_failed,
  tip_check_expired,
  clock_invalid,  // device clock drifted or jumped beyond the limit
  not_registered,
  bound_too_large,  // the predicted error exceeds the limit stated in the configuration
  not_finite,
};
std::string_view to_string(Withheld why);

// Zone of a structure, decided on the lower bound of the clearance of the whole instrument.
enum class Zone : std::uint8_t { clear, warn, stop };
std::string_view to_string(Zone zone);

struct StructureDistance {
  double tip_to_structure_mm;  // signed, negative inside
  double tip_bound_95_mm;      // the true value lies within +- this in 95 of 100 cases
  double shaft_clearance_mm;   // signed, of tip and shaft with its radius; smallest along the shaft
  double shaft_bound_95_mm;
  double shaft_at_mm;       // where on the shaft, mm behind the tip
  Point<Preop> closest;     // on the structure, nearest to the tip
  Offset<Preop> normal;     // outward unit normal there
  double predicted_tre_mm;  // RMS error predicted at the tip
  Zone zone;
  bool uncertain;  // outside the region that the registration's points support (H14)
};

struct StructureGuidance {
  StructureId structure;
  std::variant<Withheld, StructureDistance> distance = Withheld::no_data;
};

// Of the tool's axis to the planned trajectory.
struct TrajectoryError {
  double entry_mm;            // distance of the tool's axis from the planned entry point
  double target_mm;           // distance of the tool's axis from the planned target
  double angle_rad;           // between the axes, [0, pi]
  double depth_to_target_mm;  // of the tip along the planned axis; negative = beyond the target
};

struct ToolPose {
  Transform<Preop, Tip> preop_from_tip;
  bool reference_interpolated;  // the reference was interpolated to the tool's instant (H16)
  double tip_bound_95_mm;       // radius round the tip that holds it in 95 of 100 cases
};

struct ToolGuidance {
  ToolId tool;
  Timestamp acquired{};  // of the pose, or of the last exposure that reported on this tool
  Duration age{};        // now - acquired
  Duration acquired_bound{};
  std::uint32_t device_frame = 0;  // what the device calls the exposure of `acquired`
  std::variant<Withheld, ToolPose> pose = Withheld::no_data;
  Missing missing = Missing::not_seen;  // the device's reason, with tool_not_visible
  std::variant<Withheld, TrajectoryError> trajectory = Withheld::no_data;
  Bounded<StructureGuidance, max_structures> structures;
};

// Readiness in one word, worst reason first.
enum class EngineState : std::uint8_t { connecting, unregistered, ready, degraded };
std::string_view to_string(EngineState state);

// Why the engine is degraded, the gravest first: docs/decisions/0038.
enum class Degraded : std::uint8_t {
  tracker_alert,  // the device reported an alert or fault since the link was set up
  clock_invalid,
  frames_lost,  // values that found a full ring
  late,         // frames handled later than the configuration allows
  reference_not_visible,
};
std::string_view to_string(Degraded why);

struct Guidance {
  std::uint64_t sequence = 0;
  Timestamp now{};
  std::uint32_t epoch = 0;  // counts accepted changes of registration; 0 = never registered
  EngineState state = EngineState::connecting;
  std::optional<Degraded> degraded;  // only in that state
  Link link = Link::connecting;
  std::uint64_t lost_frames = 0;
  Recording recording = Recording::off;
  Imaging imaging = Imaging::none;
  FixedText<40> imaging_reason;            // a word, only when refused
  Bounded<ToolGuidance, max_tools> tools;  // without the reference
};

}  // namespace trocar
