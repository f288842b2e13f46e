#pragma once
#include <Eigen/Geometry>
#include <vector>

#include "engine/registration/ct_bone_model.hpp"
#include "engine/registration/ct_moments.hpp"

namespace trocar {

// Where a bone lies in the intraoperative scan: takes places of a model (mm from its centre, along
// Preop) to the scan's frame, mm.
using BonePose = Eigen::Isometry3d;

struct AlignOptions {
  int most_iterations = 20;
  // Ends when a step moves the bone's samples by less than this, mm.
  double least_step_mm = 0.01;
  // Residuals beyond this many robust deviations count nothing (Tukey's biweight); wide at the
  // start, where most of the image does not fit yet.
  float cut = 6.0F;
  // Each block of the bone has an offset of its own: streaks of metal and cupping, which are wide
  // against a block, move nothing then. Needs enough samples in a block.
  bool local_offsets = false;
};

struct Alignment {
  BonePose intraop_from_bone = BonePose::Identity();
  int iterations = 0;
  bool converged = false;
  double overlap = 0;  // share of the samples that the scan shows
  float scale_hu = 0;  // robust deviation of the residuals
};

// Gauss-Newton with the derivative of the preoperative image (inverse compositional: Baker &
// Matthews 2004), robust against metal and missing bone, with the gain and offset that fit the
// scan's values best. One per thread: it keeps its buffers. Deterministic.
class BoneAligner {
 public:
  Alignment align(const BoneSamples& bone, const CtGrid& grid, const BonePose& start,
                  const AlignOptions& options);

  // Correlation of the scan with the samples at a pose, [-1, 1]; -1 where less than a third shows.
  float correlation(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose);

  // Of the last align: what each sample says, for those who judge the fit.
  [[nodiscard]] const std::vector<float>& residuals() const { return residual_; }
  [[nodiscard]] const std::vector<float>& weights() const { return weight_; }
  [[nodiscard]] float gain() const { return gain_; }
  // The scan's values at the last pose; a weight below zero marks one that it does not show.
  [[nodiscard]] const std::vector<float>& seen() const { return seen_; }

 private:
  std::size_t look(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose);
  void fit_values(const BoneSamples& bone, bool local);
  void fill_residuals(const BoneSamples& bone);
  float weigh(float cut);
  void weigh_blocks(const BoneSamples& bone);

  std::vector<float> seen_, shown_, residual_, weight_, magnitudes_;
  std::vector<Moments> moments_;  // of each block
  std::vector<float> offsets_;
  float gain_ = 1;
};

// The normal equations of the small motion (turn, shift) of the bone that would explain residuals.
struct MotionNormal {
  Eigen::Matrix<double, 6, 6> hessian = Eigen::Matrix<double, 6, 6>::Zero();
  Eigen::Matrix<double, 6, 1> gradient = Eigen::Matrix<double, 6, 1>::Zero();
};
MotionNormal motion_normal(const BoneSamples& bone, const std::vector<float>& residuals,
                           const std::vector<float>& weights);

// The rigid motion of a turn [rad] and a shift [mm].
BonePose small_motion(const Eigen::Matrix<double, 6, 1>& turn_shift);

}  // namespace trocar
