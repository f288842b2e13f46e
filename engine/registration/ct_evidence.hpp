#pragma once
#include <vector>

#include "engine/registration/ct_alignment.hpp"
#include "engine/registration/error_prediction.hpp"

namespace trocar {

// How well each cube of a bone agrees with the scan at a pose: correlation of the samples in it.
// Scale-free, so that gain, offset and cupping do not enter; a screw or a missing lamina spoils
// its own cubes and no others. Decision 0060.
struct BlockScores {
  std::vector<float> correlation;  // per block; of no meaning where weight is 0
  std::vector<float> weight;       // samples that the scan shows, 0 where too few to say

  // Mean over blocks, weighted; 0 when no block can say.
  [[nodiscard]] double mean() const;
};
BlockScores block_scores(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose);

// By how much one explanation beats another: difference of the mean scores, and that difference in
// its own standard errors, as the blocks' spread gives them.
struct Margin {
  double score = 0;
  double sigmas = 0;
};
// The same bone at two places: compared block by block, where both can say.
Margin paired_margin(const BlockScores& better, const BlockScores& worse);
// Two bones laid on the same bone of the scan: compared in the cubes of space that both have
// samples in. Screw, streak and noise of a cube are the same for both, and leave the difference.
Margin margin_on_one_bone(const CtGrid& grid, const BoneSamples& better, const BonePose& better_at,
                          const BoneSamples& worse, const BonePose& worse_at);

// Covariance of the pose of the last fit, from how far it moves without each of the blocks in turn
// (jackknife over clusters: Bell & McCaffrey 2002): holds for noise that is correlated within a
// block, as CT noise is, where the iid formula is several times too small; and what blocks have in
// common. (turn, shift) of the bone, about its
// centre, along Preop. Decision 0061.
Matrix6 block_covariance(const BoneSamples& bone, const BoneAligner& fitted);

}  // namespace trocar
