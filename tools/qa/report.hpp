#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/qa/computed.hpp"
#include "tools/qa/envelope.hpp"

// What a report says of a session: docs/decisions/0053. Times in s from the first guidance, lengths
// in mm, angles in rad.
namespace trocar::qa {

struct Span {
  double from_s = 0;
  double to_s = 0;
  std::string what;
};

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

struct Breach {
  double from_s = 0;
  double duration_s = 0;
  double depth_mm = 0;  // of the instrument, at the deepest
};

struct Nearest {
  double tip_mm = 0;
  double bound_95_mm = 0;
  double predicted_tre_mm = 0;
  double at_s = 0;
};

struct Tre {  // predicted, over all that was shown
  double least_mm = 0, greatest_mm = 0;
};

struct OfStructure {
  std::string id;
  double stop_mm = 0, warn_mm = 0;  // its zones, of the plan
  Computed<Nearest> nearest = NotComputable{"no distance was shown"};
  Computed<Tre> predicted_tre = NotComputable{"no distance was shown"};
  std::map<std::string, double> zone_s;
  std::vector<Breach> breaches;  // the first `most_gaps`
  std::uint64_t breach_count = 0;
  Envelope curve;  // of the tip
};

struct Reached {
  double entry_mm = 0, target_mm = 0, angle_rad = 0, depth_to_target_mm = 0;
  double at_s = 0;
};

struct OfTool {
  std::string name;
  Computed<double> uptime = NotComputable{"the tool was never seen"};
  std::vector<Span> gaps;  // the first `most_gaps`
  std::uint64_t gap_count = 0;
  Computed<Rate> rate = NotComputable{"fewer than two exposures"};
  Computed<Jitter> jitter = NotComputable{"the tool never stood still"};
  Computed<Latency> age = NotComputable{"no pose was shown"};
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
  static constexpr int schema_version = 2;
  std::string session;  // name of its file
  std::string trocar_version;
  std::string plan;
  std::string chain;
  std::int64_t utc_at_start_ns = 0;
  double duration_s = 0;
  bool whole = false;
  std::string end;  // why not whole
  std::uint64_t guidances = 0;
  std::vector<Span> states;  // of the engine, one after the other
  std::vector<Span> events;  // alarms, device, registrations, checks, as displays read them
  std::uint64_t event_count = 0;
  std::vector<OfRegistration> registrations;
  std::vector<Span>
      verifications;  // of tools' tips, as displays read them: the first `most_events`
  Computed<Latency> device = NotComputable{"no exposure"};    // exposure to last byte
  Computed<Latency> handling = NotComputable{"no exposure"};  // last byte to guidance
  Computed<double> reference_seen = NotComputable{"no exposure reported on the reference"};
  Computed<Movement> reference = NotComputable{"the reference was not seen long enough"};
  Computed<Change> change = NotComputable{"the reference was not seen long enough"};
  Computed<double> drift_mm = NotComputable{"needs a second registration of a vertebra"};
  std::vector<OfTool> tools;
};

inline constexpr std::size_t most_gaps = 200;
inline constexpr std::size_t most_events = 500;

}  // namespace trocar::qa
