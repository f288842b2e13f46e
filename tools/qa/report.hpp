#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/qa/computed.hpp"
#include "tools/qa/envelope.hpp"
#include "tools/qa/first_of.hpp"
#include "tools/qa/strip.hpp"

// What a report says of a session: docs/decisions/0053. Times in s from the first step, lengths in
// mm, angles in rad.
namespace trocar::qa {

inline constexpr std::size_t most_gaps = 200;
inline constexpr std::size_t most_events = 500;
inline constexpr std::size_t most_registrations = 200;

struct Span {
  double from_s = 0;
  double to_s = 0;
  std::string what;
};
using Gaps = FirstOf<Span, most_gaps>;
using Events = FirstOf<Span, most_events>;
using SecondsOf = std::map<std::string, double>;

struct Latency {
  struct Bar {
    double from_ms = 0, to_ms = 0;
    std::uint64_t n = 0;
  };
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
  std::uint64_t n = 0;
  std::vector<Bar> bars;  // the histogram; those with nothing in them are left out
};

struct Jitter {
  double median_mm = 0;
  std::uint64_t windows = 0;
};

struct Rate {
  double hz = 0;
  std::uint64_t exposures = 0;
  std::uint64_t drops = 0;  // by the device's own frame numbers
};

// What the tracker reported of a body, exposure by exposure, whatever was made of it.
struct Tracked {
  enum Lane : std::uint8_t { missing, seen };
  Computed<double> uptime = NotComputable{"the tracker never saw it"};
  SecondsOf missing_s;  // by the device's reason; `no_exposure`: none reported on it
  Gaps gaps;            // since it was first seen
  Computed<Rate> rate = NotComputable{"fewer than two exposures"};
  Computed<Jitter> jitter = NotComputable{"it never stood still, or not for 20 poses in a second"};
  Strip lane;
};

// What was shown of an instrument: guidance with its pose.
struct Shown {
  enum Lane : std::uint8_t { withheld, outside, in_target, in_critical };
  Computed<double> uptime = NotComputable{"no pose was shown"};
  SecondsOf withheld_s;  // by the navigator's reason
  Gaps gaps;             // since it was first shown
  Computed<Jitter> jitter = NotComputable{"it never stood still, or not for 20 poses in a second"};
  Computed<Latency> age = NotComputable{"no pose was shown"};
  Strip lane;
};

struct Breach {
  double from_s = 0;
  double duration_s = 0;
  double depth_mm = 0;  // of the instrument, at the deepest
};

struct Nearest {  // of the tip
  double tip_mm = 0;
  double bound_95_mm = 0;
  double predicted_tre_mm = 0;
  double at_s = 0;
};

struct Clearance {  // of the whole instrument, at the least
  double shaft_mm = 0;
  double bound_95_mm = 0;
  double behind_tip_mm = 0;  // where on the shaft
  double at_s = 0;
};

struct Tre {  // predicted, over all that was shown
  double least_mm = 0, greatest_mm = 0;
};

struct OfStructure {
  std::string id;
  std::string kind;
  bool is_target = false;           // a tumour: to be reached, not to be spared
  double stop_mm = 0, warn_mm = 0;  // its zones, of the plan
  Computed<Nearest> nearest = NotComputable{"no distance was shown"};
  Computed<Clearance> least_clearance = NotComputable{"no distance was shown"};
  double below_stop_s = 0, below_warn_s = 0;  // the clearance itself, without its bound
  Computed<Tre> predicted_tre = NotComputable{"no distance was shown"};
  SecondsOf zone_s;  // as shown: lower 95 % bound of the clearance, with hysteresis
  FirstOf<Breach, most_gaps> inside;
  double inside_s = 0;
  Envelope curve;  // of the tip
};

struct Reached {
  double entry_mm = 0, target_mm = 0, angle_rad = 0, depth_to_target_mm = 0;
  double at_s = 0;
};

struct OfReference {
  std::string name;
  Tracked tracked;
};

struct OfTool {
  std::string name;
  Tracked tracked;
  Shown shown;
  Computed<Reached> reached = NotComputable{"no planned trajectory, or no pose along it"};
  std::vector<OfStructure> structures;
};

struct OfRegistration {
  double at_s = 0;
  bool accepted = false;
  double fre_mm = 0;
  std::uint64_t points = 0;
  std::string refused;                                                     // why
  Computed<double> moved_mm = NotComputable{"the first of its vertebra"};  // from the one before
};

struct Movement {
  double jump_mm = 0;
  double noise_mm = 0;  // RMS within the seconds before and after
  double at_s = 0;
};

// The one time that best divides the reference's place into a before and an after.
struct Change {
  bool found = false;  // else what follows is the likeliest, and no more than chance gives
  double at_s = 0;
  double shift_mm = 0;
  double score = 0;     // of the likelihood ratio, in standard deviations
  double noise_mm = 0;  // of one mean, per axis
  std::uint64_t seconds = 0;
};

struct Report {
  static constexpr int schema_version = 3;
  std::string session;  // name of its file
  std::string trocar_version;
  std::string plan;
  std::string chain;
  std::uint64_t bytes = 0;  // of its file, when it was read
  std::int64_t utc_at_start_ns = 0;
  double begins_s = 0;    // the first guidance: later than 0 in a piece that was cut from a session
  double duration_s = 0;  // to the last
  bool whole = false;
  std::string end;  // why not whole
  std::uint64_t guidances = 0;
  Events states;  // of the engine, one after the other
  SecondsOf state_s;
  Strip state_lane;  // by EngineState
  Events events;     // alarms, device, registrations, checks, as displays read them
  std::uint64_t alarms = 0;
  FirstOf<OfRegistration, most_registrations> registrations;
  Computed<double> fre_mm = NotComputable{"no registration was accepted"};  // of the last
  Events verifications;                                     // of tools' tips, as displays read them
  Computed<Latency> device = NotComputable{"no exposure"};  // exposure to last byte
  Computed<Latency> handling = NotComputable{"no exposure"};  // last byte to guidance
  Computed<Movement> reference = NotComputable{"the reference was not seen long enough"};
  Computed<Change> change = NotComputable{"the reference was not seen long enough"};
  Computed<double> drift_mm = NotComputable{"needs a second registration of a vertebra"};
  std::vector<OfReference> references;
  std::vector<OfTool> tools;
};

}  // namespace trocar::qa
