#include "engine/navigation/navigator.hpp"

#include <string>

#include "engine/base/fixed_number.hpp"
#include "engine/navigation/navigator_check.hpp"
#include "engine/navigation/text_line.hpp"

namespace trocar {

Navigator::Navigator(NavigatorConfig config, std::vector<ToolModel> tools, NavigationModel model)
    : config_(std::move(config)),
      tools_(std::move(tools)),
      model_(std::move(model)),
      device_(config_) {
  check_navigator(config_, tools_, model_);
  for (std::size_t i = 0; i < tools_.size(); ++i) {
    if (tools_[i].role == ToolRole::reference) {
      reference_index_ = i;
      continue;
    }
    tracks_.emplace_back(ToolId{static_cast<std::uint16_t>(i)}, tools_[i]);
    guidance_.tools.push_back(tracks_.back().blank(model_));
    if (config_.tip_check) {
      DwellConfig every_rest = *config_.dwell;
      every_rest.min_spacing_mm = 0;  // the same divot again is a new check
      tip_dwells_.emplace_back(every_rest);
    }
  }
  if (!tracks_.empty()) forgotten_ = tracks_.front().blank(model_);
  if (config_.touch_tool) touch_.emplace(model_.fiducials, *config_.dwell);
}

void Navigator::step(const Event& event, Timestamp now) {
  lines_.clear();
  collected_.reset();
  std::visit([&](const auto& e) { on(e, now); }, event);
  guide(now);
  announce(now);
}

void Navigator::rehearse() {
  const NavigationView seen = view();
  for (InstrumentTrack& track : tracks_) track.rehearse(seen, forgotten_);
}

void Navigator::on(const LinkChanged& change, Timestamp now) {
  device_.on(change, now);
  reference_.clear();
  rest_.clear();
  for (InstrumentTrack& track : tracks_) track.poses().clear();
  say(now, StateKind::device,
      join({"tracker ", to_string(change.link), change.detail.view().empty() ? "" : ": ",
            change.detail.view()}));
  link_said_.said(change.link, now);
}

void Navigator::on(const Gap& gap, Timestamp now) { device_.on(gap, now); }

void Navigator::on(const DeviceAlert& alert, Timestamp now) {
  device_.on(alert);
  say(now, alert.severity == Severity::event ? StateKind::device : StateKind::alarm,
      join({"tracker reports ", to_string(alert.severity), ": ", alert.text.view()}));
}

void Navigator::on(const TrackerFrame& frame, Timestamp now) {
  if (!device_.on(frame, now)) return;
  for (const Body& body : frame.bodies) store(frame, body);
}

void Navigator::store(const TrackerFrame& frame, const Body& body) {
  PoseSample sample{frame.acquired, frame.acquired_bound, body.pose, frame.device_frame};
  if (const auto* pose = std::get_if<MarkerPose>(&body.pose)) {
    const bool rigid = is_rigid(pose->tracker_from_marker.matrix());
    if (!rigid) sample.pose = Missing::not_finite;
    if (rigid && body.tool.index == reference_index_) {
      rest_.add(frame.acquired, pose->tracker_from_marker);
    }
  }
  bool in_order = true;
  if (body.tool.index == reference_index_) in_order = reference_.add(sample);
  for (InstrumentTrack& track : tracks_) {
    if (track.id() == body.tool) in_order = track.poses().add(sample);
  }
  if (!in_order) device_.distrust_clock();
}

void Navigator::on(const RecordingChanged& change, Timestamp now) {
  guidance_.recording = change.recording;
  const bool lost = change.recording == Recording::lost;
  say(now, lost ? StateKind::alarm : StateKind::recording,
      join({"recording ", to_string(change.recording), change.detail.view().empty() ? "" : ": ",
            change.detail.view()}));
}

void Navigator::on(const IntakeRefused& refused, Timestamp now) {
  say(now, StateKind::device, join({"intake refused ", refused.why.view()}));
}

void Navigator::check_tip(InstrumentTrack& track, const Point<Reference>& tip, Timestamp now) {
  using Outcome = TipCheck::Outcome;
  const Outcome outcome = track.tip_check().on_dwell(tip, now, *config_.tip_check);
  if (outcome == Outcome::elsewhere) return;
  const std::string off_mm = fixed_number(track.tip_check().offset_mm(), 2);
  const bool passed = outcome == Outcome::passed;
  say(now, passed ? StateKind::tool : StateKind::alarm,
      join({track.body().name, passed ? ": tip check passed, " : ": tip check failed, ", off_mm,
            " mm off"}));
}

// A rest in the divot is a tip check, a rest elsewhere may be a touched fiducial.
void Navigator::use_rest(InstrumentTrack& track, const UncertainTip<Reference>& tip,
                         Timestamp now) {
  const Point<Reference> at = tip.to_from_tip.origin();
  const Timestamp acquired = track.shown_acquired();
  if (config_.tip_check) {
    DwellDetector& detector = tip_dwells_[static_cast<std::size_t>(&track - tracks_.data())];
    if (const auto dwell = detector.add(acquired, at)) check_tip(track, dwell->mean, now);
    const bool in_divot =
        distance_mm(at, config_.tip_check->divot) <= config_.tip_check->capture_mm;
    if (in_divot || track.tip_check().doubt(*config_.tip_check, now)) return;
  }
  if (!touch_ || registrations_.any() || track.body().name != *config_.touch_tool) return;
  collected_ = touch_->add(acquired, at);
}

void Navigator::guide(Timestamp now) {
  const NavigationView seen = view();
  const auto doubted = device_doubt(now);
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (const auto tip = tracks_[i].observe(seen, now, doubted)) use_rest(tracks_[i], *tip, now);
    tracks_[i].guide(seen, now, guidance_.tools[i]);
  }
  ++guidance_.sequence;
  guidance_.now = now;
  guidance_.epoch = registrations_.epoch();
  guidance_.link = device_.link(now);
  guidance_.lost_frames = device_.lost_frames();
  judge(now);
}

void Navigator::announce(Timestamp now) {
  if (link_said_.is_due(guidance_.link, now, Duration(0))) {
    const bool lost = guidance_.link == Link::lost;
    say(now, lost ? StateKind::alarm : StateKind::device,
        join({lost ? "no tracker frame within the watchdog time" : "tracker frames again"}));
    link_said_.said(guidance_.link, now);
  }
  if (state_said_.is_due(guidance_.state, now, config_.hold)) {
    say(now, StateKind::device,
        join({"engine ", to_string(guidance_.state), guidance_.degraded ? ", " : "",
              guidance_.degraded ? to_string(*guidance_.degraded) : ""}));
    state_said_.said(guidance_.state, now);
  }
  if (touch_ && !registrations_.any()) touch_->announce(now, lines_);
  const NavigationView seen = view();
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    tracks_[i].announce(seen, guidance_.tools[i], now, lines_);
  }
}

// The few lines said directly come first in a step and always find room.
void Navigator::say(Timestamp now, StateKind kind, const FixedText<120>& text) {
  lines_.push_back({now, kind, text});
}

NavigationView Navigator::view() const {
  return {config_, model_, registrations_, reference_, tools_[reference_index_]};
}

std::optional<Withheld> Navigator::device_doubt(Timestamp now) const {
  if (device_.link(now) != Link::tracking) return Withheld::link_lost;
  if (!device_.clock_valid()) return Withheld::clock_invalid;
  return std::nullopt;
}

bool Navigator::is_reference_seen(Timestamp now) const {
  return reference_.size() > 0 && std::holds_alternative<MarkerPose>(reference_.back(0).pose) &&
         now - reference_.back(0).acquired <= config_.pose.max_pose_age;
}

std::optional<Degraded> Navigator::degraded(Timestamp now) const {
  if (const auto why = device_.degraded(now)) return why;
  if (!is_reference_seen(now)) return Degraded::reference_not_visible;
  return std::nullopt;
}

// `degraded` counts only for an engine that could be ready.
void Navigator::judge(Timestamp now) {
  guidance_.degraded.reset();
  guidance_.state = EngineState::connecting;
  if (guidance_.link != Link::tracking) return;
  guidance_.state = EngineState::unregistered;
  if (!registrations_.any()) return;
  guidance_.degraded = degraded(now);
  guidance_.state = guidance_.degraded ? EngineState::degraded : EngineState::ready;
}

}  // namespace trocar
