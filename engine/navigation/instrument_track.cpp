#include "engine/navigation/instrument_track.hpp"

#include <algorithm>
#include <cmath>

#include "engine/navigation/convex_hull.hpp"
#include "engine/navigation/text_line.hpp"
#include "engine/navigation/trajectory.hpp"
#include "engine/registration/error_prediction.hpp"

namespace trocar {
namespace {

std::size_t levels_between(VertebraId a, VertebraId b) {
  return a.index > b.index ? a.index - b.index : b.index - a.index;
}

// The pose is shown in the registration of the vertebra the plan enters, else of the reference's,
// else of the nearest registered one. At least one is.
VertebraId shown_vertebra(const NavigationView& view) {
  const auto& plan = view.model.trajectory;
  if (plan && view.registrations.of(plan->vertebra) != nullptr) return plan->vertebra;
  const VertebraId home = view.model.reference_vertebra;
  std::optional<VertebraId> nearest;
  for (std::size_t i = 0; i < view.model.vertebrae.size(); ++i) {
    const VertebraId here{static_cast<std::uint16_t>(i)};
    if (view.registrations.of(here) == nullptr) continue;
    if (!nearest || levels_between(here, home) < levels_between(*nearest, home)) nearest = here;
  }
  return *nearest;
}

double tip_radius_95_mm(const NavigationView& view, const UncertainTip<Preop>& tip,
                        VertebraId vertebra) {
  const std::size_t levels = levels_between(vertebra, view.model.reference_vertebra);
  return radius_95_mm(tip.at(tip.to_from_tip.origin()) +
                      level_covariance(levels, view.config.error));
}

}  // namespace

ToolGuidance InstrumentTrack::blank(const NavigationModel& model) const {
  ToolGuidance out;
  out.tool = id_;
  for (std::size_t i = 0; i < model.structures.size(); ++i) {
    out.structures.push_back({StructureId{static_cast<std::uint16_t>(i)}, Withheld::no_data});
  }
  return out;
}

std::optional<UncertainTip<Reference>> InstrumentTrack::observe(const NavigationView& view,
                                                                Timestamp now, Reason device) {
  withheld_ = device;
  if (withheld_) return std::nullopt;
  const auto found = newest_pair(poses_, view.reference, view.config.pose, now);
  if (const auto* why = std::get_if<Withheld>(&found)) {
    withheld_ = *why;
    return std::nullopt;
  }
  const auto& pair = std::get<PosePair>(found);
  withheld_ = doubt(pair, view.config.pose);
  if (withheld_) return std::nullopt;
  if (pair_ && pair_->acquired == pair.acquired && measured_epoch_) return std::nullopt;
  const bool is_new = !pair_ || pair_->acquired != pair.acquired;
  pair_ = pair;
  tip_ = in_reference(pair, *body_, view.reference_body);
  measured_epoch_.reset();
  return is_new ? tip_ : std::nullopt;
}

void InstrumentTrack::withhold(Withheld why, ToolGuidance& out) {
  measured_epoch_.reset();
  out.pose = why;
  out.trajectory = why;
  for (StructureGuidance& s : out.structures) s.distance = why;
}

void InstrumentTrack::guide(const NavigationView& view, Timestamp now, ToolGuidance& out) {
  if (!withheld_ && view.config.tip_check) {
    withheld_ = tip_check_.doubt(*view.config.tip_check, now);
  }
  if (!withheld_ && !view.registrations.any()) withheld_ = Withheld::not_registered;
  if (poses_.size() > 0) {
    const auto* lost = std::get_if<Missing>(&poses_.back(0).pose);
    out.missing = lost != nullptr ? *lost : Missing::not_seen;
    out.acquired = withheld_ ? poses_.back(0).acquired : pair_->acquired;
    out.acquired_bound = withheld_ ? poses_.back(0).acquired_bound : pair_->acquired_bound;
    out.device_frame = withheld_ ? poses_.back(0).device_frame : pair_->device_frame;
    out.age = now - out.acquired;
  }
  if (withheld_) return withhold(*withheld_, out);
  if (measured_epoch_ != view.registrations.epoch()) {
    measure_pose(view, out);
    measure_all(view, out);
    measured_epoch_ = view.registrations.epoch();
  }
  step_zones(view, now, out);
}

void InstrumentTrack::rehearse(const NavigationView& view, ToolGuidance& forgotten) {
  if (withheld_ || !measured_epoch_) return;
  tip_ = in_reference(*pair_, *body_, view.reference_body);
  measure_pose(view, forgotten);
  measure_all(view, forgotten);
}

void InstrumentTrack::measure_pose(const NavigationView& view, ToolGuidance& out) const {
  const VertebraId shown = shown_vertebra(view);
  const UncertainTip<Preop> tip = in_preop(*tip_, *view.registrations.of(shown));
  const double radius_mm = tip_radius_95_mm(view, tip, shown);
  const bool finite = std::isfinite(radius_mm) && tip.to_from_tip.matrix().matrix().allFinite();
  if (!finite || radius_mm > view.config.error.max_bound_95_mm) {
    out.pose = finite ? Withheld::bound_too_large : Withheld::not_finite;
    out.trajectory = std::get<Withheld>(out.pose);
    return;
  }
  out.pose = ToolPose{tip.to_from_tip, pair_->reference_interpolated, radius_mm};
  const auto& plan = view.model.trajectory;
  if (plan && shown == plan->vertebra) {
    out.trajectory = trajectory_error(tip.to_from_tip, *plan);
  } else {
    out.trajectory = plan ? Withheld::not_registered : Withheld::no_data;
  }
}

void InstrumentTrack::measure_all(const NavigationView& view, ToolGuidance& out) {
  std::optional<UncertainTip<Preop>> tip;
  const Registration* with = nullptr;
  double from_region_mm = 0;
  for (std::size_t i = 0; i < view.model.structures.size(); ++i) {
    const NavigatedStructure& structure = view.model.structures[i];
    const Registration* r = view.registrations.of(structure.vertebra);
    if (r == nullptr) {
      out.structures[i].distance = Withheld::not_registered;
      continue;
    }
    if (r != with) {
      tip = in_preop(*tip_, *r);
      from_region_mm = distance_from_hull_mm(r->points, tip->to_from_tip.origin());
      with = r;
    }
    const std::size_t levels = levels_between(structure.vertebra, view.model.reference_vertebra);
    out.structures[i].distance =
        measure({*tip, body_->shaft_length_mm, body_->shaft_radius_mm, from_region_mm, levels},
                structure, view.config.error, hints_[i]);
  }
}

void InstrumentTrack::step_zones(const NavigationView& view, Timestamp now, ToolGuidance& out) {
  for (std::size_t i = 0; i < out.structures.size(); ++i) {
    auto* d = std::get_if<StructureDistance>(&out.structures[i].distance);
    if (d == nullptr) continue;
    const double lower_mm = d->shaft_clearance_mm - d->shaft_bound_95_mm;
    const ZoneStep step =
        step_zone(zones_[i], lower_mm, view.model.structures[i].zones, now, view.config.hold);
    zones_[i] = step.state;
    zone_news_[i] = zone_news_[i] || step.announce;
    d->zone = step.state.zone;
  }
}

void InstrumentTrack::announce_zone(const NavigationView& view, std::size_t structure,
                                    Timestamp now, StateLines& lines) {
  const Zone zone = zones_[structure].announced;
  const StateLine line{
      now, zone == Zone::stop ? StateKind::alarm : StateKind::zone,
      join({body_->name, ": zone ", to_string(zone), " of ", view.model.structures[structure].id})};
  zone_news_[structure] = !lines.push_back(line);
}

void InstrumentTrack::announce(const NavigationView& view, const ToolGuidance& now_is,
                               Timestamp now, StateLines& lines) {
  for (std::size_t i = 0; i < now_is.structures.size(); ++i) {
    if (zone_news_[i]) announce_zone(view, i, now, lines);
  }
  const auto* why = std::get_if<Withheld>(&now_is.pose);
  const Reason reason = why != nullptr ? Reason(*why) : std::nullopt;
  if (!shown_.is_due(reason, now, view.config.hold)) return;
  const StateLine line{now, StateKind::tool,
                       reason ? join({body_->name, ": withheld, ", to_string(*reason)})
                              : join({body_->name, ": shown"})};
  if (lines.push_back(line)) shown_.said(reason, now);
}

}  // namespace trocar
