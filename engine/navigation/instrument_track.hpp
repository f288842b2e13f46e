#pragma once
#include <array>
#include <optional>

#include "engine/data/guidance.hpp"
#include "engine/navigation/announcer.hpp"
#include "engine/navigation/clearance.hpp"
#include "engine/navigation/pose_history.hpp"
#include "engine/navigation/pose_pair.hpp"
#include "engine/navigation/registration_state.hpp"
#include "engine/navigation/tip_check.hpp"
#include "engine/navigation/tool_model.hpp"
#include "engine/navigation/zone_state.hpp"

namespace trocar {

// The parts of the navigator that judging one instrument needs; none outlives a step.
struct NavigationView {
  const NavigatorConfig& config;
  const NavigationModel& model;
  const RegistrationState& registrations;
  const PoseHistory& reference;
  const ToolModel& reference_body;
};

// One instrument: what was heard of it, whether it may be believed, and its part of the guidance.
// plain: one thread; no allocation after construction.
class InstrumentTrack {
 public:
  InstrumentTrack(ToolId id, const ToolModel& body) : body_(&body), id_(id) {}

  [[nodiscard]] ToolId id() const { return id_; }
  [[nodiscard]] const ToolModel& body() const { return *body_; }
  [[nodiscard]] PoseHistory& poses() { return poses_; }
  [[nodiscard]] TipCheck& tip_check() { return tip_check_; }
  // Of the pose that observe() returned last.
  [[nodiscard]] Timestamp shown_acquired() const { return pair_->acquired; }

  // An all withheld guidance with a place for every structure.
  [[nodiscard]] ToolGuidance blank(const NavigationModel& model) const;

  // The newest believable pose of the tip in the reference; `device` is why the device as a whole
  // may not be believed. Returns a pose only when it is newer than the one of the step before.
  std::optional<UncertainTip<Reference>> observe(const NavigationView& view, Timestamp now,
                                                 std::optional<Withheld> device);
  // Writes what may be shown. Distances are asked for only when pose or registration changed.
  void guide(const NavigationView& view, Timestamp now, ToolGuidance& out);
  // Asks the last distances again and forgets the answers: what the next pose will need is then in
  // the caches. Changes nothing that can be seen.
  void rehearse(const NavigationView& view, ToolGuidance& forgotten);
  // Says what has changed for a person: shown or why not, and the zones.
  void announce(const NavigationView& view, const ToolGuidance& now_is, Timestamp now,
                StateLines& lines);

 private:
  using Reason = std::optional<Withheld>;
  void withhold(Withheld why, ToolGuidance& out);
  void measure_all(const NavigationView& view, ToolGuidance& out);
  void measure_pose(const NavigationView& view, ToolGuidance& out) const;
  void step_zones(const NavigationView& view, Timestamp now, ToolGuidance& out);
  void announce_zone(const NavigationView& view, std::size_t structure, Timestamp now,
                     StateLines& lines);

  const ToolModel* body_;
  ToolId id_;
  PoseHistory poses_;
  TipCheck tip_check_;
  std::optional<PosePair> pair_;  // what is shown, unless withheld_
  std::optional<UncertainTip<Reference>> tip_;
  Reason withheld_ = Withheld::no_data;
  std::optional<std::uint32_t> measured_epoch_;  // the guidance holds pair_ measured with this
  std::array<ClearanceHints, max_structures> hints_{};
  std::array<ZoneState, max_structures> zones_{};
  std::array<bool, max_structures> zone_news_{};
  Announcer<Reason> shown_{Withheld::no_data};
};

}  // namespace trocar
