#pragma once
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/recorded.hpp"
#include "engine/session/session_reader.hpp"
#include "tools/qa/reference_watch.hpp"
#include "tools/qa/registration_watch.hpp"
#include "tools/qa/report.hpp"
#include "tools/qa/shown_collector.hpp"
#include "tools/qa/stage_latency.hpp"
#include "tools/qa/tracked_collector.hpp"

namespace trocar::qa {

// Gathers a report while the messages of a session come, in the order of the record. Of a piece
// that was cut from a session the steps before it are there for the replay alone: exposures count
// from the first guidance on. plain.
class ReportCollector {
 public:
  explicit ReportCollector(const SessionSetup& setup);
  // Error: it does not fit to what was set up.
  Status take(const mcap::Message& message);
  // All but the name of the file.
  [[nodiscard]] Report finish(const SessionEnd& end);

 private:
  struct OfBody {
    std::string name;
    bool is_reference = false;
    TrackedCollector tracked;
    std::optional<ShownCollector> shown;  // of an instrument
  };

  [[nodiscard]] double at_s(Timestamp t) const { return seconds(t - zero_.value_or(t)); }
  Status take(const Step& step);
  Status take(const TrackerFrame& frame, Timestamp now);
  Status take(Guidance g);
  Status begin(const Guidance& first);
  void take(const StateLine& line);
  void settle(double now_s);

  Report report_;
  std::int64_t utc_at_zero_ns_ = 0;
  std::optional<Timestamp> zero_;
  std::optional<Guidance> guidance_;
  std::deque<std::pair<TrackerFrame, Timestamp>> before_;  // the first guidance: the latest frames
  Timestamp last_exposure_{};
  std::vector<std::unique_ptr<OfBody>> bodies_;
  ReferenceWatch watch_;
  RegistrationWatch registrations_;
  StageLatency device_;
  StageLatency handling_;
};

}  // namespace trocar::qa
