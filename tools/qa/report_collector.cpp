#include "tools/qa/report_collector.hpp"

#include <algorithm>

#include "engine/session/session_messages.hpp"
#include "engine/session/sha256.hpp"

namespace trocar::qa {
namespace {

constexpr double stale_s = 0.6;  // a display that hears nothing for so long shows nothing
// The recorder writes the steps of some ms before the guidances they made; so many frames are kept
// until it is known which of them came after the first guidance.
constexpr std::size_t most_before = 64;

std::vector<OfStructure> structures_of(const Plan& plan) {
  std::vector<OfStructure> all;
  for (const Structure& s : plan.structures) {
    OfStructure& one = all.emplace_back();
    one.id = s.id;
    one.kind = to_string(s.kind);
    one.is_target = s.kind == StructureKind::tumour;
    one.stop_mm = s.zones.stop_mm;
    one.warn_mm = s.zones.warn_mm;
  }
  return all;
}

Error unknown_tool() { return {Code::malformed, "a tool nobody defined"}; }

}  // namespace

ReportCollector::ReportCollector(const SessionSetup& setup)
    : utc_at_zero_ns_(setup.utc_at_zero_ns) {
  report_.trocar_version = setup.trocar_version;
  report_.plan = setup.plan.id;
  const std::vector<OfStructure> structures = structures_of(setup.plan);
  for (const ToolModel& t : setup.tools) {
    auto body = std::make_unique<OfBody>();
    body->name = t.name;
    body->is_reference = t.role == ToolRole::reference;
    if (!body->is_reference) body->shown.emplace(structures);
    bodies_.push_back(std::move(body));
  }
}

Status ReportCollector::take(const mcap::Message& m) {
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

Status ReportCollector::take(const Step& step) {
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
  if (guidance_) return take(*frame, step.now);
  before_.emplace_back(*frame, step.now);
  if (before_.size() > most_before) before_.pop_front();
  return Done{};
}

Status ReportCollector::take(const TrackerFrame& frame, Timestamp now) {
  device_.record(frame.received - frame.acquired);
  handling_.record(now - frame.received);
  last_exposure_ = std::max(last_exposure_, frame.acquired);
  for (const Body& b : frame.bodies) {
    if (b.tool.index >= bodies_.size()) return unknown_tool();
    OfBody& body = *bodies_[b.tool.index];
    body.tracked.exposed(b, at_s(frame.acquired), frame.device_frame);
    const auto* pose = std::get_if<MarkerPose>(&b.pose);
    if (body.is_reference && pose != nullptr) {
      watch_.add(at_s(now), pose->tracker_from_marker.matrix().translation());
    }
  }
  return Done{};
}

Status ReportCollector::begin(const Guidance& first) {
  if (!zero_) zero_ = first.now;
  report_.begins_s = at_s(first.now);
  for (const auto& [frame, now] : before_) {
    if (now < first.now) continue;
    if (Status taken = take(frame, now); !taken) return taken;
  }
  before_.clear();
  return Done{};
}

Status ReportCollector::take(Guidance g) {
  for (const ToolGuidance& t : g.tools) {
    const bool is_known = t.tool.index < bodies_.size() && bodies_[t.tool.index]->shown;
    if (!is_known) return unknown_tool();
  }
  if (!guidance_) {
    if (Status begun = begin(g); !begun) return begun;
  } else {
    settle(at_s(g.now));
  }
  ++report_.guidances;
  const double now_s = at_s(g.now);
  Span* before = report_.states.newest();
  if (before != nullptr) before->to_s = now_s;
  if (!guidance_ || guidance_->state != g.state) {
    report_.states.add({now_s, now_s, std::string(to_string(g.state))});
  }
  guidance_ = std::move(g);
  return Done{};
}

// The guidance before held until now.
void ReportCollector::settle(double now_s) {
  const double from_s = at_s(guidance_->now);
  const double held_s = std::min(now_s - from_s, stale_s);
  report_.state_s[std::string(to_string(guidance_->state))] += held_s;
  report_.state_lane.add(from_s, from_s + held_s, static_cast<std::size_t>(guidance_->state));
  for (const ToolGuidance& t : guidance_->tools) {
    bodies_[t.tool.index]->shown->guided(t, from_s, held_s);
  }
}

void ReportCollector::take(const StateLine& line) {
  const std::string_view said = line.text.view();
  const bool is_check = said.find(": tip check ") != std::string_view::npos;
  const bool is_event = line.kind == StateKind::alarm || line.kind == StateKind::registration ||
                        line.kind == StateKind::device || is_check;
  if (!is_event) return;
  const double when_s = at_s(line.at);
  const Span event{when_s, when_s, std::string(to_string(line.kind)) + ": " + std::string(said)};
  report_.alarms += line.kind == StateKind::alarm ? 1 : 0;
  report_.events.add(event);
  if (is_check) report_.verifications.add(event);
}

Report ReportCollector::finish(const SessionEnd& end) {
  const double last_s = guidance_ ? at_s(guidance_->now) : 0;
  const double last_heard_s = guidance_ ? std::max(last_s, at_s(last_exposure_)) : 0;
  if (guidance_) settle(last_s);
  report_.duration_s = last_s - report_.begins_s;
  report_.whole = end.closed;
  if (end.fault) report_.end = end.fault->why;
  report_.chain = hex_of(end.digest);
  report_.bytes = end.file_bytes;
  watch_.finish(report_);
  registrations_.finish(report_);
  report_.device = device_.finish("no exposure");
  report_.handling = handling_.finish("no exposure");
  for (const auto& body : bodies_) {
    Tracked tracked = body->tracked.finish(last_heard_s);
    if (body->is_reference) {
      report_.references.push_back({body->name, std::move(tracked)});
      continue;
    }
    OfTool& tool = report_.tools.emplace_back();
    tool.name = body->name;
    tool.tracked = std::move(tracked);
    body->shown->finish(last_s, tool);
  }
  return std::move(report_);
}

}  // namespace trocar::qa
