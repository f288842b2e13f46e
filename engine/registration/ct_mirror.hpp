#pragma once
#include "engine/registration/ct_search.hpp"

namespace trocar {

// By how much a bone beats its own mirror image at the place where it was found; negative: the
// mirror image wins. A vertebra is nearly its own mirror image, and so is well matched in a scan
// whose voxels run the wrong way under a right header (H8), with left and right exchanged. What
// decides is by how little its sides differ. Decision 0080.
Margin margin_over_mirror_image(BoneAligner& aligner, const CtPyramid& scan, const BoneModel& bone,
                                const BonePose& placed);

}  // namespace trocar
