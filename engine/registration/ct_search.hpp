#pragma once
#include <functional>
#include <stop_token>
#include <vector>

#include "engine/registration/ct_evidence.hpp"

namespace trocar {

// A bone fitted at the fine level, and how its blocks agree with the scan there.
struct Placement {
  Alignment fit;
  BlockScores scores;
  double score = 0;  // scores.mean()
};

// How far the true pose may lie from the start: shift along each axis and turn about each.
struct SearchRange {
  double shift_mm;
  double turn_rad;
};

struct Search {
  // Distinct, best first, fitted far enough to compare; none where the scan shows no bone.
  std::vector<Placement> placements;
  int starts = 0;
  int iterations = 0;  // of the refined fits, all levels
  bool cancelled = false;
};

// The fine level to the end, from a pose within a millimetre. The aligner then holds its residuals.
Placement finish(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                 const BonePose& near);

// Medium, then fine, from a pose within a few millimetres and degrees of the answer.
Placement refine(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                 const BonePose& start);

// Of these starts (at least one; each within 6 mm, 10 degrees of an answer) the best, fitted far
// enough to compare its score, not to the end.
Placement refine_best(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                      const std::vector<BonePose>& starts);

// Every place within range of the start where the bone fits best locally: a lattice of starts is
// rated at the coarse level, the best of it fitted level by level. The same input gives the same
// bits. Asked to stop, it ends within a few milliseconds, cancelled, with no placements.
Search search_bone(BoneAligner& aligner, const BoneModel& bone, const CtPyramid& scan,
                   const BonePose& start, const SearchRange& range, const std::stop_token& stop);

}  // namespace trocar
