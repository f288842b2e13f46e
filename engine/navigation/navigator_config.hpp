#pragma once
#include <optional>
#include <string>

#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"
#include "engine/navigation/reference_rest.hpp"
#include "engine/registration/dwell_detector.hpp"

namespace trocar {

// From min to max, both allowed.
struct RangeMm {
  double min_mm;
  double max_mm;
  [[nodiscard]] bool holds(double mm) const { return mm >= min_mm && mm <= max_mm; }
};

// When a pose may be shown. docs/decisions/0030, 0031, 0032.
struct PoseLimits {
  Duration max_pose_age{};        // now - acquired
  Duration reference_gap{};       // of an instant to each neighbour it is interpolated between
  Duration max_acquired_bound{};  // beyond it the device's clock is not believed (H18)
  double max_marker_rms_mm = 0;   // residual of the device's marker fit
  bool accept_out_of_volume = false;
  RangeMm tracker_distance{};    // of a body from the tracker's origin (H17)
  RangeMm reference_distance{};  // of a tool from the reference (H17)
};

// Which error a shown number may have. docs/decisions/0033, 0034, 0037.
struct ErrorLimits {
  double max_bound_95_mm = 0;
  double max_fre_mm = 0;                 // a registration worse than this is refused
  double level_sigma_mm = 0;             // added per level from the reference, along each axis
  std::size_t max_trusted_levels = 0;    // further away: uncertain (H14)
  double region_margin_mm = 0;           // beyond the hull of the registered points: uncertain
  double max_registration_reach_mm = 0;  // registered region from the reference (H17)
  // A vertebra's own registration that moves it further than this from where the last one had it
  // is refused; absent: not looked at. Required with [intraop].
  std::optional<double> max_registration_move_mm = std::nullopt;
};

// Touching a divot on the reference body shows that tip and definition are right (H5).
// docs/decisions/0035.
struct TipCheckConfig {
  bool required = false;
  Point<Reference> divot;
  double capture_mm = 0;  // a dwell this near the divot is an attempt
  double limit_mm = 0;    // an attempt further off than this has failed
  Duration max_age{};
};

// Everything the navigator judges by, each value read, none by default. docs/decisions/0030-0039.
struct NavigatorConfig {
  std::string reference_vertebra;  // the one that carries the reference
  PoseLimits pose;
  ErrorLimits error;
  std::optional<TipCheckConfig> tip_check;
  std::optional<ScanRestConfig> scan_rest;  // absent: not looked at
  std::optional<std::string> touch_tool;    // touches the fiducials while nothing is registered
  std::optional<DwellConfig> dwell;         // present with tip_check or touch_tool
  Duration link_watchdog{};  // without a frame for this long the link counts as lost (H1)
  Duration max_handling{};   // received to handled; later means the engine is slow (H20)
  Duration hold{};           // alarms and degradation stay at least this long (H19)
};

// Reads the table [navigator] completely. Throws ConfigError.
NavigatorConfig read_navigator(const ConfigReader& in);

}  // namespace trocar
