#include "tools/qa/read_report.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "engine/session/sha256.hpp"
#include "tools/qa/tool_collector.hpp"

namespace trocar::qa {
namespace {

constexpr double stale_s = 0.6;  // a display that hears nothing for so long shows nothing

// The mean of the reference in the tracker's frame, second by second.
class ReferenceWatch {
 public:
  void add(double at_s, const Eigen::Vector3d& mm) {
    constexpr double window_s = 1;
    constexpr std::uint64_t enough = 10;
    if (window_.count() > 0 && at_s >= began_s_ + window_s) {
      if (window_.count() >= enough) close(at_s);
      window_.clear();
    }
    if (window_.count() == 0) began_s_ = at_s;
    window_.add(mm);
  }
  [[nodiscard]] Computed<Movement> finish() const {
    if (!greatest_) return NotComputable{"the reference was not seen long enough"};
    return *greatest_;
  }

 private:
  void close(double at_s) {
    if (before_) {
      const double jump_mm = (window_.mean() - before_->mean()).norm();
      const double noise_mm = std::max(window_.rms(), before_->rms());
      if (!greatest_ || jump_mm > greatest_->jump_mm) {
        greatest_ = Movement{jump_mm, noise_mm, began_s_};
      }
    }
    before_ = window_;
    (void)at_s;
  }
  Window window_;
  double began_s_ = 0;
  std::optional<Window> before_;
  std::optional<Movement> greatest_;
};

class Collector {
 public:
  explicit Collector(const SessionSetup& setup) {
    report_.trocar_version = setup.trocar_version;
    report_.plan = setup.plan.id;
    std::vector<std::string> structures;
    for (const Structure& s : setup.plan.structures) structures.push_back(s.id);
    for (const ToolModel& t : setup.tools) {
      reference_.push_back(t.role == ToolRole::reference);
      tools_.push_back(std::make_unique<ToolCollector>(t.name, structures));
    }
    utc_at_zero_ns_ = setup.utc_at_zero_ns;
  }

  Status take(const mcap::Message& m) {
    const auto topic = static_cast<Topic>(m.channel);
    if (is_step(topic)) {
      const auto step = decode<Step>(m.data);
      return step ? take(step.value()) : Status(step.error());
    }
    if (topic == Topic::guidance) {
      auto g = decode<Guidance>(m.data);
      return g ? take(std::move(g).value()) : Status(g.error());
    }
    if (topic == Topic::state || topic == Topic::alarm) {
      const auto line = decode<StateLine>(m.data);
      if (!line) return line.error();
      take(line.value());
    }
    return Done{};
  }

  Report finish(const SessionEnd& end) {
    const double last_s = guidance_ ? at_s(guidance_->now) : 0;
    if (guidance_) settle(last_s);
    report_.duration_s = last_s;
    report_.whole = end.closed;
    if (end.fault) report_.end = end.fault->why;
    report_.chain = hex_of(end.digest);
    report_.reference = watch_.finish();
    if (handling_.count() > 0) {
      report_.handling = Latency{milliseconds_of(handling_.quantile(0.5)),
                                 milliseconds_of(handling_.quantile(0.99)),
                                 milliseconds_of(handling_max_), handling_.count()};
    }
    for (std::size_t i = 0; i < tools_.size(); ++i) {
      if (!reference_[i]) report_.tools.push_back(tools_[i]->finish(last_s));
    }
    return std::move(report_);
  }

 private:
  [[nodiscard]] double at_s(Timestamp t) const { return seconds(t - zero_.value_or(t)); }

  Status take(const Step& step) {
    if (!zero_) {
      zero_ = step.now;
      report_.utc_at_start_ns = utc_at_zero_ns_ + step.now.time_since_epoch().count();
    }
    if (const auto* r = std::get_if<Registration>(&step.event)) {
      report_.registrations.push_back({at_s(step.now), true, r->fre_mm, r->points.size(), ""});
    } else if (const auto* no = std::get_if<RegistrationRefused>(&step.event)) {
      report_.registrations.push_back({at_s(step.now), false, 0, 0, std::string(no->why.view())});
    }
    const auto* frame = std::get_if<TrackerFrame>(&step.event);
    if (frame == nullptr) return Done{};
    const Duration handling = step.now - frame->received;
    handling_.record(handling);
    handling_max_ = std::max(handling_max_, handling);
    for (const Body& b : frame->bodies) {
      if (b.tool.index >= tools_.size()) return Error{Code::malformed, "a tool nobody defined"};
      tools_[b.tool.index]->exposed(frame->acquired, frame->device_frame);
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (pose != nullptr && reference_[b.tool.index]) {
        watch_.add(at_s(step.now), pose->tracker_from_marker.matrix().translation());
      }
    }
    return Done{};
  }

  Status take(Guidance g) {
    if (!zero_) zero_ = g.now;
    for (const ToolGuidance& t : g.tools) {
      if (t.tool.index >= tools_.size()) return Error{Code::malformed, "a tool nobody defined"};
    }
    if (guidance_) settle(at_s(g.now));
    ++report_.guidances;
    const double now_s = at_s(g.now);
    const std::string state(to_string(g.state));
    if (report_.states.empty() || report_.states.back().what != state) {
      if (!report_.states.empty()) report_.states.back().to_s = now_s;
      report_.states.push_back({now_s, now_s, state});
    }
    report_.states.back().to_s = now_s;
    guidance_ = std::move(g);
    return Done{};
  }

  // The guidance before held until now.
  void settle(double now_s) {
    const double from_s = at_s(guidance_->now);
    const double held_s = std::min(now_s - from_s, stale_s);
    for (const ToolGuidance& t : guidance_->tools) tools_[t.tool.index]->guided(t, from_s, held_s);
  }

  void take(const StateLine& line) {
    if (line.kind != StateKind::alarm && line.kind != StateKind::registration) return;
    ++report_.event_count;
    if (report_.events.size() >= most_events) return;
    const double when_s = at_s(line.at);
    report_.events.push_back(
        {when_s, when_s, std::string(to_string(line.kind)) + ": " + std::string(line.text.view())});
  }

  Report report_;
  std::int64_t utc_at_zero_ns_ = 0;
  std::optional<Timestamp> zero_;
  std::optional<Guidance> guidance_;
  std::vector<bool> reference_;
  std::vector<std::unique_ptr<ToolCollector>> tools_;
  ReferenceWatch watch_;
  LatencyHistogram handling_;
  Duration handling_max_{};
};

}  // namespace

Result<Report> read_report(const std::filesystem::path& session,
                           const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto reader = SessionReader::open(session);
  if (!reader) return reader.error();
  std::optional<Collector> collector;
  const auto said = [&](const char* what) {
    return Error{Code::malformed, session.string() + ": " + what};
  };
  std::uint64_t told_chunks = 0;
  while (const SessionReader::Item* item = reader.value()->next()) {
    if (const auto* a = std::get_if<mcap::Attachment>(item)) {
      if (a->name != SessionSetup::attachment) continue;
      auto setup = decode_setup(a->data);
      if (!setup) return said(setup.error().detail.c_str());
      collector.emplace(setup.value());
    }
    const auto* m = std::get_if<mcap::Message>(item);
    if (m == nullptr) continue;
    if (!collector) return said("expected the attachment setup.pb, found none");
    if (const Status taken = collector->take(*m); !taken) {
      return said(taken.error().detail.c_str());
    }
    const SessionEnd& end = reader.value()->end();
    if (end.chunks - told_chunks < 256) continue;
    told_chunks = end.chunks;
    progress(end.whole_bytes, end.file_bytes);
  }
  if (!collector) return said("expected the attachment setup.pb, found none");
  Report report = collector->finish(reader.value()->end());
  report.session = session.filename().string();
  progress(reader.value()->end().file_bytes, reader.value()->end().file_bytes);
  return report;
}

}  // namespace trocar::qa
