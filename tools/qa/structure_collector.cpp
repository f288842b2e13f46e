#include "tools/qa/structure_collector.hpp"

#include <algorithm>
#include <string>

namespace trocar::qa {

bool StructureCollector::shown(const StructureDistance& d, double at_s, double held_s) {
  of_.zone_s[std::string(to_string(d.zone))] += held_s;
  of_tip(d, at_s);
  of_instrument(d, at_s, held_s);
  if (d.shaft_clearance_mm >= 0) {
    inside_.reset();
    return false;
  }
  if (!inside_) {
    inside_ = Breach{at_s, 0, 0};
    of_.inside.add(*inside_);
  }
  inside_->duration_s = at_s + held_s - inside_->from_s;
  inside_->depth_mm = std::max(inside_->depth_mm, -d.shaft_clearance_mm);
  of_.inside_s += held_s;
  if (Breach* listed = of_.inside.newest()) *listed = *inside_;
  return true;
}

void StructureCollector::of_tip(const StructureDistance& d, double at_s) {
  of_.curve.add(at_s, d.tip_to_structure_mm, d.tip_bound_95_mm);
  const auto* tre = std::get_if<Tre>(&of_.predicted_tre);
  of_.predicted_tre =
      Tre{tre ? std::min(tre->least_mm, d.predicted_tre_mm) : d.predicted_tre_mm,
          tre ? std::max(tre->greatest_mm, d.predicted_tre_mm) : d.predicted_tre_mm};
  const auto* nearest = std::get_if<Nearest>(&of_.nearest);
  if (nearest == nullptr || d.tip_to_structure_mm < nearest->tip_mm) {
    of_.nearest = Nearest{d.tip_to_structure_mm, d.tip_bound_95_mm, d.predicted_tre_mm, at_s};
  }
}

void StructureCollector::of_instrument(const StructureDistance& d, double at_s, double held_s) {
  const double mm = d.shaft_clearance_mm;
  if (mm < of_.stop_mm) of_.below_stop_s += held_s;
  if (mm < of_.warn_mm) of_.below_warn_s += held_s;
  const auto* least = std::get_if<Clearance>(&of_.least_clearance);
  if (least == nullptr || mm < least->shaft_mm) {
    of_.least_clearance = Clearance{mm, d.shaft_bound_95_mm, d.shaft_at_mm, at_s};
  }
}

}  // namespace trocar::qa
