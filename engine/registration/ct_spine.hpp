#pragma once
#include <map>
#include <memory>
#include <vector>

#include "engine/registration/ct_alignment.hpp"
#include "engine/registration/ct_bone_model.hpp"

namespace trocar {

// The vertebrae of a preoperative CT by their labels; a level's neighbours carry the next numbers
// (TotalSegmentator: 27 L5 .. 31 L1, 32 T12 .. 43 T1). Models are made when first asked for and
// kept. plain: one thread.
class CtSpine {
 public:
  CtSpine(std::shared_ptr<const CtVolume> preop, std::shared_ptr<const LabelVolume> labels);

  // Errors as make_bone_model.
  Result<std::shared_ptr<const BoneModel>> model(int label);
  // The levels at these numbers of levels away that look like neighbours of it: present, whole
  // enough to make a model of, and as far apart as vertebrae are.
  std::vector<std::shared_ptr<const BoneModel>> neighbours(int label, int most_levels);

 private:
  std::shared_ptr<const CtVolume> preop_;
  std::shared_ptr<const LabelVolume> labels_;
  std::map<int, LabelExtent> extents_;
  std::map<int, std::shared_ptr<const BoneModel>> models_;
};

// Where `other` would lie if the spine were as it was before: one bone's pose carried to another.
BonePose carried(const BoneModel& from, const BonePose& intraop_from_bone, const BoneModel& other);

}  // namespace trocar
