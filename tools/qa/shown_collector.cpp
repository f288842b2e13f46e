#include "tools/qa/shown_collector.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace trocar::qa {

ShownCollector::ShownCollector(const std::vector<OfStructure>& structures)
    : structures_(structures.begin(), structures.end()) {}

void ShownCollector::guided(const ToolGuidance& t, double from_s, double held_s) {
  const auto* shown = std::get_if<ToolPose>(&t.pose);
  if (shown != nullptr) {
    presence_.present(from_s, from_s + held_s);
    shown_.lane.add(from_s, from_s + held_s, pose(t, *shown, from_s, held_s));
    return;
  }
  presence_.absent(from_s, from_s + held_s, to_string(std::get<Withheld>(t.pose)));
  shown_.lane.add(from_s, from_s + held_s, Shown::withheld);
  for (StructureCollector& s : structures_) s.withheld();
}

// Where it was: the gravest of all structures.
Shown::Lane ShownCollector::pose(const ToolGuidance& t, const ToolPose& pose, double at_s,
                                 double held_s) {
  age_.record(t.age);
  stillness_.add(at_s, pose.preop_from_tip.matrix().translation());
  if (const auto* e = std::get_if<TrajectoryError>(&t.trajectory)) {
    const bool nearer =
        !reached_ || std::abs(e->depth_to_target_mm) < std::abs(reached_->depth_to_target_mm);
    if (nearer) {
      reached_ = Reached{e->entry_mm, e->target_mm, e->angle_rad, e->depth_to_target_mm, at_s};
    }
  }
  Shown::Lane place = Shown::outside;
  for (std::size_t i = 0; i < t.structures.size() && i < structures_.size(); ++i) {
    const auto* d = std::get_if<StructureDistance>(&t.structures[i].distance);
    if (d == nullptr) {
      structures_[i].withheld();
    } else if (structures_[i].shown(*d, at_s, held_s)) {
      place = std::max(place, structures_[i].is_target() ? Shown::in_target : Shown::in_critical);
    }
  }
  return place;
}

void ShownCollector::finish(double end_s, OfTool& tool) {
  presence_.finish(end_s, shown_.uptime, shown_.withheld_s, shown_.gaps);
  stillness_.finish(shown_.jitter);
  shown_.age = age_.finish("no pose was shown");
  tool.shown = std::move(shown_);
  if (reached_) tool.reached = *reached_;
  for (StructureCollector& s : structures_) tool.structures.push_back(s.finish());
}

}  // namespace trocar::qa
