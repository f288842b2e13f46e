#pragma once
#include <optional>
#include <vector>

#include "engine/data/event.hpp"
#include "engine/data/guidance.hpp"
#include "engine/navigation/announcer.hpp"
#include "engine/navigation/device_state.hpp"
#include "engine/navigation/instrument_track.hpp"
#include "engine/navigation/landmark_touch.hpp"
#include "engine/navigation/navigation_model.hpp"
#include "engine/navigation/navigator_config.hpp"
#include "engine/navigation/reference_rest.hpp"
#include "engine/navigation/registration_state.hpp"
#include "engine/navigation/tool_model.hpp"

namespace trocar {

// The pure core: event and `now` in, guidance out. Opens nothing, asks no clock, starts no thread,
// allocates nothing after construction; the same events with the same times give the same bytes.
// plain: one thread.
class Navigator {
 public:
  // Tools in ToolId order, exactly one the reference, markers filled. Throws ConfigError when they
  // and the model do not make a navigator: no marker geometry, an unknown touching tool.
  Navigator(NavigatorConfig config, std::vector<ToolModel> tools, NavigationModel model);
  Navigator(const Navigator&) = delete;
  Navigator& operator=(const Navigator&) = delete;

  // `now` never decreases. Time must pass by Tick when nothing else happens: ages and watchdogs
  // live on it.
  void step(const Event& event, Timestamp now);

  // Does the work of the next pose ahead, for the caches alone: no answer ever depends on it.
  void rehearse();

  // Of the last step: one snapshot, one sequence, every number from the same poses (H2).
  [[nodiscard]] const Guidance& guidance() const { return guidance_; }
  // What the last step has to say to a person.
  [[nodiscard]] const StateLines& lines() const { return lines_; }
  // The complete set of touched fiducials, in the one step that completed it; else nullptr. The
  // answer is Registration events, or RegistrationRefused: then collecting begins again.
  [[nodiscard]] const LandmarksCollected* landmarks() const {
    return collected_ ? &*collected_ : nullptr;
  }
  // The registration that holds for a vertebra of the plan; nullptr: none.
  [[nodiscard]] const Registration* registration(VertebraId vertebra) const {
    return registrations_.of(vertebra);
  }
  // Whether the reference moved before the scan on its way arrived: what it brings is refused (H4).
  [[nodiscard]] bool refuses_scan() const {
    return config_.scan_rest && rest_before_scan_.moved_mm > config_.scan_rest->max_move_mm;
  }

 private:
  void on(const Tick&, Timestamp) {}
  void on(const LinkChanged& change, Timestamp now);
  void on(const TrackerFrame& frame, Timestamp now);
  void on(const Gap& gap, Timestamp now);
  void on(const DeviceAlert& alert, Timestamp now);
  void on(const Registration& registration, Timestamp now);
  void on(const RegistrationRefused& refused, Timestamp now);
  void on(const RegistrationCleared&, Timestamp now);
  void on(const RecordingChanged& change, Timestamp now);
  void on(const ImagingChanged& change, Timestamp now);
  void on(const IntakeRefused& refused, Timestamp now);

  void store(const TrackerFrame& frame, const Body& body);
  void use_rest(InstrumentTrack& track, const UncertainTip<Reference>& tip, Timestamp now);
  void check_tip(InstrumentTrack& track, const Point<Reference>& tip, Timestamp now);
  void guide(Timestamp now);
  void announce(Timestamp now);
  [[nodiscard]] RegistrationFault accept(const Registration& registration);
  void look_at_rest(const ImagingChanged& change, Timestamp now);
  void say(Timestamp now, StateKind kind, const FixedText<120>& text);
  [[nodiscard]] NavigationView view() const;
  [[nodiscard]] std::string_view name_of(std::optional<VertebraId> vertebra) const;
  [[nodiscard]] std::optional<Withheld> device_doubt(Timestamp now) const;
  void judge(Timestamp now);
  [[nodiscard]] std::optional<Degraded> degraded(Timestamp now) const;
  [[nodiscard]] bool is_reference_seen(Timestamp now) const;

  NavigatorConfig config_;
  std::vector<ToolModel> tools_;
  NavigationModel model_;
  DeviceState device_;
  RegistrationState registrations_;
  std::optional<std::uint32_t> epoch_before_scan_;  // when it began to be registered
  PoseHistory reference_;
  ReferenceRest rest_;
  ReferenceRest::Rest rest_before_scan_;  // of those on their way, or the last
  bool scan_waits_ = false;               // one began to arrive while another was on its way
  std::size_t reference_index_ = 0;
  std::vector<InstrumentTrack> tracks_;    // in the order of guidance_.tools
  std::vector<DwellDetector> tip_dwells_;  // per track, with a tip check
  std::optional<LandmarkTouch> touch_;
  Guidance guidance_;
  ToolGuidance forgotten_;  // written by rehearse(), never read
  StateLines lines_;
  std::optional<LandmarksCollected> collected_;
  Announcer<Link> link_said_{Link::connecting};
  Announcer<EngineState> state_said_{EngineState::connecting};
};

}  // namespace trocar
