#include "engine/registration/ct_together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace trocar {
namespace {

void check_sides(std::span<CtRegistration> results, const CtLimits& limits) {
  const auto shows = std::find_if(results.begin(), results.end(), [](const CtRegistration& r) {
    return r.refused == CtRefusal::mirrored;
  });
  if (shows == results.end()) return;
  for (CtRegistration& r : results) {
    if (r.refused || (r.mirror_image && well_beaten(*r.mirror_image, limits))) continue;
    r.refused = CtRefusal::mirrored;
    r.reason = fmt::format("as good as its mirror image, and label {} is mirrored", shows->label);
  }
}

bool folds(const CtRegistration& a, const CtRegistration& b, CtSpine& spine,
           const CtLimits& limits) {
  const int levels = b.label - a.label;
  if (levels < 1 || levels > 2 || a.refused || b.refused) return false;
  const auto model_a = spine.model(a.label), model_b = spine.model(b.label);
  if (!model_a || !model_b) return false;
  const Point<Preop> disc{0.5 * (model_a.value()->centre_mm + model_b.value()->centre_mm)};
  const double slip_mm =
      distance_mm(a.preop_from_intraop.inverse() * disc, b.preop_from_intraop.inverse() * disc);
  const double bend_rad = angle_between_rad(a.preop_from_intraop, b.preop_from_intraop);
  return slip_mm > levels * limits.most_slip_mm || bend_rad > levels * limits.most_bend_rad;
}

void refuse_as_folded(CtRegistration& one, int other_label) {
  one.refused = CtRefusal::spine_folds;
  one.reason = fmt::format("does not fit together with label {}", other_label);
}

}  // namespace

void check_together(std::span<CtRegistration> results, CtSpine& spine, const CtLimits& limits) {
  check_sides(results, limits);
  std::vector<std::pair<CtRegistration*, CtRegistration*>> folded;
  for (CtRegistration& a : results) {
    for (CtRegistration& b : results) {
      if (folds(a, b, spine, limits)) folded.emplace_back(&a, &b);
    }
  }
  for (const auto& [a, b] : folded) {
    refuse_as_folded(*a, b->label);
    refuse_as_folded(*b, a->label);
  }
}

}  // namespace trocar
