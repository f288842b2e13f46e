#include "engine/registration/ct_level.hpp"

#include <cmath>

namespace trocar {
namespace {

constexpr double same_place_mm = 12;  // half the least distance of two thoracic levels

// Laid upon another level's bone a model stands a little high or low: its centre is not the same
// point of a vertebra.
std::vector<BonePose> starts_round(const BonePose& pose) {
  std::vector<BonePose> out;
  for (const double shift_mm : {0.0, -4.0, 4.0}) {
    out.push_back(pose * Eigen::Translation3d(0, 0, shift_mm));
  }
  return out;
}

}  // namespace

bool same_place(const BonePose& a, const BonePose& b) {
  return (a.translation() - b.translation()).norm() < same_place_mm;
}

LevelTest test_level(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                     const Placement& placed, const BoneModels& others) {
  LevelTest out;
  const BonePose& here = placed.fit.intraop_from_bone;
  for (const auto& other : others) {
    const Placement fit = refine_best(aligner, *other, scan, starts_round(here));
    if (!same_place(fit.fit.intraop_from_bone, here)) continue;
    const Margin margin = margin_on_one_bone(scan.at(CtLevel::fine), bone.many, here, other->many,
                                             fit.fit.intraop_from_bone);
    if (!out.rival || margin.score < out.rival->margin.score) {
      out.rival = Rival{other->label, margin};
      out.rival_pose = fit.fit.intraop_from_bone;
    }
  }
  return out;
}

std::vector<Placement> fits_one_level_off(BoneAligner& aligner, const CtPyramid& scan,
                                          const BoneModel& bone, const Placement& placed,
                                          const BoneModels& others) {
  std::vector<Placement> out;
  const BonePose& here = placed.fit.intraop_from_bone;
  for (const auto& other : others) {
    if (std::abs(other->label - bone.label) != 1) continue;
    const BonePose there = carried(bone, here, *other);
    if (!scan.sees(there.translation())) continue;
    Placement fit = refine_best(aligner, bone, scan, starts_round(there));
    if (!same_place(fit.fit.intraop_from_bone, here)) out.push_back(std::move(fit));
  }
  return out;
}

}  // namespace trocar
