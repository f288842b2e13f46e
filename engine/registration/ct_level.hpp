#pragma once
#include <memory>
#include <optional>
#include <span>

#include "engine/registration/ct_search.hpp"
#include "engine/registration/ct_spine.hpp"

namespace trocar {

using BoneModels = std::vector<std::shared_ptr<const BoneModel>>;

// A rival of "this bone is that level", and by how much it loses; negative: it wins.
struct Rival {
  int label;  // the level that explains the bone, or the level whose bone fits as well
  Margin margin;
};

// Which other level explains the bone at this place best? Each is laid upon it and fitted; one that
// slides off to another bone does not count. Nothing where no other level could be tried.
struct LevelTest {
  std::optional<Rival> rival;
  std::optional<BonePose> rival_pose;  // of the rival on this bone
};
LevelTest test_level(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                     const Placement& placed, const BoneModels& others);

// The bone's fits at the places of its neighbours, as they lie when it lies at `placed`: what a
// search that stopped one level off would have found. Empty where the scan does not show them.
std::vector<Placement> fits_one_level_off(BoneAligner& aligner, const CtPyramid& scan,
                                          const BoneModel& bone, const Placement& placed,
                                          const BoneModels& others);

// Whether two placements of one bone mean the same bone of the scan.
bool same_place(const BonePose& a, const BonePose& b);

}  // namespace trocar
