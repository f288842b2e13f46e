#include "engine/registration/ct_verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

// A start off by the whole range about each axis is turned by up to sqrt(3) of it, and shifts are
// told along the start's own axes, which are turned too.
constexpr double shift_slack = 1.5, turn_slack = 2;

std::optional<CtVerdict> geometry_verdict(const CtRegistration& r, const Alignment& fit,
                                          const CtPyramid& scan, const BonePose& start,
                                          const CtLimits& limits) {
  if (!scan.sees(fit.intraop_from_bone.translation()))
    return CtVerdict{CtRefusal::out_of_field, "the bone's centre lies outside the scan's field"};
  if (r.overlap < limits.least_overlap)
    return CtVerdict{
        CtRefusal::low_overlap,
        fmt::format("expected at least {:.0f} % of the bone in the scan, found {:.0f} %",
                    100 * limits.least_overlap, 100 * r.overlap)};
  if (!fit.converged)
    return CtVerdict{CtRefusal::not_converged,
                     fmt::format("no convergence in {} steps", fit.iterations)};
  const BonePose off = start.inverse(Eigen::Isometry) * fit.intraop_from_bone;
  const double far_mm = off.translation().cwiseAbs().maxCoeff();
  const double turn_rad = Eigen::AngleAxisd(off.linear()).angle();
  const double most_mm = shift_slack * limits.shift_mm, most_rad = turn_slack * limits.turn_rad;
  if (far_mm > most_mm || turn_rad > most_rad)
    return CtVerdict{
        CtRefusal::outside_range,
        fmt::format("expected within {:.0f} mm along each axis and {:.0f} degrees of the start, "
                    "found {:.0f} mm and {:.0f} degrees off",
                    most_mm, most_rad * 180 / M_PI, far_mm, turn_rad * 180 / M_PI)};
  return std::nullopt;
}

// A bone that is about as good as its mirror image says nothing of left and right. No standard
// errors are asked for: they are large where the two sides differ in one process alone.
bool mirror_image_wins(const CtRegistration& r, const CtLimits& limits) {
  return r.mirror_image && r.mirror_image->score <= -limits.least_margin;
}

std::optional<CtVerdict> level_verdict(const CtRegistration& r, const CtLimits& limits) {
  if (r.other_level && r.other_level->margin.score <= 0)
    return CtVerdict{CtRefusal::wrong_level,
                     fmt::format("label {} explains this bone better, by {:.3f}",
                                 r.other_level->label, -r.other_level->margin.score)};
  if (r.score < limits.least_score)
    return CtVerdict{CtRefusal::poor_match,
                     fmt::format("expected a score of {:.2f} or more, found {:.2f}",
                                 limits.least_score, r.score)};
  if (mirror_image_wins(r, limits))
    return CtVerdict{CtRefusal::mirrored,
                     fmt::format("the bone's mirror image explains the scan better, by {:.3f}: are "
                                 "left and right exchanged?",
                                 -r.mirror_image->score)};
  if (!r.other_level)
    return CtVerdict{CtRefusal::unconfirmed, "no neighbouring level to compare this bone with"};
  for (const auto& rival : {r.other_level, r.other_place}) {
    if (rival && !well_beaten(rival->margin, limits))
      return CtVerdict{
          CtRefusal::ambiguous,
          fmt::format("{} by only {:.3f} ({:.1f} standard errors)",
                      rival->label == r.label ? std::string("beats its own fit one level away")
                                              : fmt::format("beats label {}", rival->label),
                      rival->margin.score, rival->margin.sigmas)};
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(CtRefusal refusal) {
  switch (refusal) {
    case CtRefusal::cancelled:
      return "cancelled";
    case CtRefusal::no_bone:
      return "no_bone";
    case CtRefusal::not_converged:
      return "not_converged";
    case CtRefusal::out_of_field:
      return "out_of_field";
    case CtRefusal::low_overlap:
      return "low_overlap";
    case CtRefusal::outside_range:
      return "outside_range";
    case CtRefusal::poor_match:
      return "poor_match";
    case CtRefusal::wrong_level:
      return "wrong_level";
    case CtRefusal::ambiguous:
      return "ambiguous";
    case CtRefusal::unconfirmed:
      return "unconfirmed";
    case CtRefusal::mirrored:
      return "mirrored";
    case CtRefusal::spine_folds:
      return "spine_folds";
  }
  return "";
}

std::optional<Margin> CtRegistration::margin() const {
  if (!other_level) return other_place ? std::optional(other_place->margin) : std::nullopt;
  if (!other_place) return other_level->margin;
  return std::min(other_level->margin, other_place->margin,
                  [](const Margin& a, const Margin& b) { return a.score < b.score; });
}

bool well_beaten(const Margin& margin, const CtLimits& limits) {
  return margin.score >= limits.least_margin && margin.sigmas >= limits.least_sigmas;
}

std::optional<CtVerdict> verdict_on(const CtRegistration& result, const Alignment& fit,
                                    const CtPyramid& scan, const BonePose& start,
                                    const CtLimits& limits) {
  auto verdict = geometry_verdict(result, fit, scan, start, limits);
  return verdict ? verdict : level_verdict(result, limits);
}

}  // namespace trocar
