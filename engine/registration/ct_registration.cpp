#include "engine/registration/ct_registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/registration/ct_mirror.hpp"
#include "engine/registration/ct_together.hpp"

namespace trocar {
namespace {

constexpr int levels_tested = 2;  // on each side
constexpr int most_hops = 3;      // from bone to bone, as their levels are recognised

BonePose pose_from(const Transform<Preop, Intraop>& preop_from_intraop, const BoneModel& bone) {
  return preop_from_intraop.matrix().inverse(Eigen::Isometry) *
         Eigen::Translation3d(bone.centre_mm);
}

Transform<Preop, Intraop> transform_from(const BonePose& intraop_from_bone, const BoneModel& bone) {
  const Eigen::Isometry3d back =
      Eigen::Translation3d(bone.centre_mm) * intraop_from_bone.inverse(Eigen::Isometry);
  return Transform<Preop, Intraop>::declare(back);  // CLAIM: one bone matched in both scans
}

}  // namespace

// What is known of one vertebra while it is registered.
struct CtRegistrar::Case {
  const BoneModel& bone;
  const CtPyramid& scan;
  BonePose start;
  BoneModels others;                  // the levels next to it
  std::vector<Placement> placements;  // of the bone, anywhere, best first
  Placement best;
  LevelTest level;  // of the best
  std::optional<Rival> place{};
  std::optional<Margin> mirror{};
  int starts = 0;
  int iterations = 0;
  Matrix6 covariance = Matrix6::Zero();
};

namespace {

// The strongest other place. One where this level fits nearly as well does not count when another
// level is clearly seen there: that bone is spoken for.
// NOLINTNEXTLINE(readability-function-size) seven things that belong to one case
std::optional<Rival> rival_place(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                                 const Placement& best, std::vector<Placement> placements,
                                 const BoneModels& others, const CtLimits& limits) {
  std::stable_sort(placements.begin(), placements.end(),
                   [](const Placement& a, const Placement& b) { return a.score > b.score; });
  for (const Placement& p : placements) {
    if (same_place(p.fit.intraop_from_bone, best.fit.intraop_from_bone)) continue;
    if (p.fit.overlap < 0.5 * limits.least_overlap) continue;
    const Margin margin = paired_margin(best.scores, p.scores);
    if (!well_beaten(margin, limits)) {
      const LevelTest owner = test_level(aligner, scan, bone, p, others);
      const bool spoken_for =
          owner.rival &&
          well_beaten({-owner.rival->margin.score, -owner.rival->margin.sigmas}, limits);
      if (spoken_for) continue;
    }
    return Rival{bone.label, margin};
  }
  return std::nullopt;
}

}  // namespace

CtRegistrar::CtRegistrar(std::shared_ptr<const CtVolume> preop,
                         std::shared_ptr<const LabelVolume> labels, const CtLimits& limits)
    : spine_(std::move(preop), std::move(labels)), limits_(limits) {}

namespace {

// Follows the levels: where the bone found is better explained by another level, this level's place
// is next to it, and is looked at from there. Leaves in `best` the bone that this level explains
// best, or the last one tried.
// NOLINTNEXTLINE(readability-function-size) the same
void follow_levels(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                   const BoneModels& others, std::vector<Placement>& placements, Placement& best,
                   LevelTest& level) {
  for (int hop = 0; hop <= most_hops; ++hop) {
    level = test_level(aligner, scan, bone, best, others);
    const bool won = !level.rival || level.rival->margin.score > 0;
    if (won || hop == most_hops) return;
    const auto owner = std::find_if(others.begin(), others.end(),
                                    [&](const auto& o) { return o->label == level.rival->label; });
    const BonePose there = carried(**owner, *level.rival_pose, bone);
    if (!scan.sees(there.translation())) return;
    std::vector<BonePose> starts;
    for (const double turn_rad : {0.0, 0.12, -0.12}) {
      starts.push_back(there * Eigen::AngleAxisd(turn_rad, Eigen::Vector3d::UnitX()));
    }
    Placement next = refine_best(aligner, bone, scan, starts);
    if (same_place(next.fit.intraop_from_bone, best.fit.intraop_from_bone)) return;
    placements.push_back(best);
    best = std::move(next);
  }
}

}  // namespace

Result<CtRegistration> CtRegistrar::register_vertebra(int label, const CtPyramid& intraop,
                                                      const Transform<Preop, Intraop>& start,
                                                      const std::stop_token& stop) {
  auto model = spine_.model(label);
  if (!model && model.error().code == Code::not_found) return model.error();
  if (!model) {  // in the label map, and yet no bone to look for: the others are registered
    CtRegistration none{label, start, {}};
    none.refused = CtRefusal::no_bone;
    none.reason = model.error().detail;
    return none;
  }
  const BoneModel& bone = *model.value();
  Case c{bone, intraop, pose_from(start, bone), spine_.neighbours(label, levels_tested), {}, {},
         {},   {}};
  Search found =
      search_bone(aligner_, bone, intraop, c.start, {limits_.shift_mm, limits_.turn_rad}, stop);
  c.starts = found.starts;
  c.iterations = found.iterations;
  if (found.placements.empty()) {
    CtRegistration none{label, start, {Matrix6::Zero(), {bone.centre_mm}}};
    none.starts = found.starts;
    none.refused = found.cancelled ? CtRefusal::cancelled : CtRefusal::no_bone;
    none.reason = found.cancelled
                      ? "cancelled"
                      : "expected bone within range of the start, found none in the scan";
    return none;
  }
  c.placements = std::move(found.placements);
  c.best = c.placements.front();
  follow_levels(aligner_, intraop, bone, c.others, c.placements, c.best, c.level);
  for (Placement& p : fits_one_level_off(aligner_, intraop, bone, c.best, c.others)) {
    c.placements.push_back(std::move(p));
  }
  c.place = rival_place(aligner_, intraop, bone, c.best, c.placements, c.others, limits_);
  c.best = finish(aligner_, bone, intraop, c.best.fit.intraop_from_bone);
  c.iterations += c.best.fit.iterations;
  c.covariance = block_covariance(bone.many, aligner_);
  c.mirror = margin_over_mirror_image(aligner_, intraop, bone, c.best.fit.intraop_from_bone);
  return judged(c);
}

Result<CtRegistration> CtRegistrar::refine_vertebra(int label, const CtPyramid& intraop,
                                                    const Transform<Preop, Intraop>& start) {
  auto model = spine_.model(label);
  if (!model) return model.error();
  const BoneModel& bone = *model.value();
  const Placement p = refine(aligner_, bone, intraop, pose_from(start, bone));
  CtRegistration out{label,
                     transform_from(p.fit.intraop_from_bone, bone),
                     {block_covariance(bone.many, aligner_), {bone.centre_mm}}};
  out.score = p.score;
  out.overlap = p.fit.overlap;
  out.starts = 1;
  out.iterations = p.fit.iterations;
  if (!p.fit.converged) {
    out.refused = CtRefusal::not_converged;
    out.reason = fmt::format("no convergence in {} steps", p.fit.iterations);
  } else if (p.fit.overlap < limits_.least_overlap || p.score < limits_.least_score) {
    out.refused = CtRefusal::poor_match;
    out.reason = fmt::format("score {:.2f} with {:.0f} % of the bone in the scan", p.score,
                             100 * p.fit.overlap);
  }
  return out;
}

CtRegistration CtRegistrar::judged(const Case& c) const {
  CtRegistration out{c.bone.label,
                     transform_from(c.best.fit.intraop_from_bone, c.bone),
                     {c.covariance, {c.bone.centre_mm}}};
  out.score = c.best.score;
  out.other_level = c.level.rival;
  out.other_place = c.place;
  out.mirror_image = c.mirror;
  out.overlap = c.best.fit.overlap;
  out.starts = c.starts;
  out.iterations = c.iterations;
  if (auto verdict = verdict_on(out, c.best.fit, c.scan, c.start, limits_)) {
    out.refused = verdict->refusal;
    out.reason = std::move(verdict->reason);
  }
  return out;
}

Result<std::vector<CtRegistration>> CtRegistrar::register_vertebrae(
    std::span<const int> labels, const CtPyramid& intraop, const Transform<Preop, Intraop>& start,
    const std::stop_token& stop, const CtProgress& progress) {
  std::vector<CtRegistration> out;
  for (const int label : labels) {
    auto one = register_vertebra(label, intraop, start, stop);
    if (!one) return one.error();
    out.push_back(std::move(one.value()));
    if (progress) progress(out.size(), labels.size());
  }
  check_together(out, spine_, limits_);
  return out;
}

}  // namespace trocar
