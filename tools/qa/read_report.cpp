#include "tools/qa/read_report.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "engine/runtime/session_setup.hpp"
#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"
#include "engine/session/sha256.hpp"
#include "tools/qa/reference_watch.hpp"
#include "tools/qa/registration_watch.hpp"
#include "tools/qa/tool_collector.hpp"

namespace trocar::qa {
namespace {

constexpr double stale_s = 0.6;  // a display that hears nothing for so long shows nothing

class Collector {
 public:
  explicit Collector(const SessionSetup& setup) {
    report_.trocar_version = setup.trocar_version;
    report_.plan = setup.plan.id;
    std::vector<OfStructure> structures;
    for (const Structure& s : setup.plan.structures) {
      OfStructure& one = structures.emplace_back();
      one.id = s.id;
      one.stop_mm = s.zones.stop_mm;
      one.warn_mm = s.zones.warn_mm;
    }
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
    watch_.finish(report_);
    registrations_.finish(report_);
    report_.device = device_.finish("no exposure");
    report_.handling = handling_.finish("no exposure");
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
      registrations_.take(*r, at_s(step.now));
    } else if (const auto* no = std::get_if<RegistrationRefused>(&step.event)) {
      registrations_.refused(std::string(no->why.view()), at_s(step.now));
    }
    const auto* frame = std::get_if<TrackerFrame>(&step.event);
    if (frame == nullptr) return Done{};
    device_.record(frame->received - frame->acquired);
    handling_.record(step.now - frame->received);
    for (const Body& b : frame->bodies) {
      if (b.tool.index >= tools_.size()) return Error{Code::malformed, "a tool nobody defined"};
      tools_[b.tool.index]->exposed(frame->acquired, frame->device_frame);
      const auto* pose = std::get_if<MarkerPose>(&b.pose);
      if (!reference_[b.tool.index]) continue;
      watch_.see(pose != nullptr);
      if (pose != nullptr) {
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
    const std::string_view said = line.text.view();
    const bool is_check = said.find(": tip check ") != std::string_view::npos;
    const bool is_event = line.kind == StateKind::alarm || line.kind == StateKind::registration ||
                          line.kind == StateKind::device || is_check;
    if (!is_event) return;
    ++report_.event_count;
    if (report_.events.size() >= most_events) return;
    const double when_s = at_s(line.at);
    const Span event{when_s, when_s, std::string(to_string(line.kind)) + ": " + std::string(said)};
    report_.events.push_back(event);
    if (is_check) report_.verifications.push_back(event);
  }

  Report report_;
  std::int64_t utc_at_zero_ns_ = 0;
  std::optional<Timestamp> zero_;
  std::optional<Guidance> guidance_;
  std::vector<bool> reference_;
  std::vector<std::unique_ptr<ToolCollector>> tools_;
  ReferenceWatch watch_;
  RegistrationWatch registrations_;
  StageLatency device_;
  StageLatency handling_;
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
