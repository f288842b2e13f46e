#include "engine/registration/ct_alignment.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace trocar {
namespace {

constexpr float unseen = -1.0F;
constexpr float least_scale_hu = 5.0F;  // below it a fit is perfect and a weight means nothing
constexpr std::size_t median_of = 1000;
constexpr double reach_mm = 30.0;  // of a vertebra's samples: what a turn moves them by

}  // namespace

BonePose small_motion(const Eigen::Matrix<double, 6, 1>& turn_shift) {
  const Eigen::Vector3d turn = turn_shift.head<3>();
  BonePose out = BonePose::Identity();
  if (turn.norm() > 0) out.linear() = Eigen::AngleAxisd(turn.norm(), turn.normalized()).matrix();
  out.translation() = turn_shift.tail<3>();
  return out;
}

MotionNormal motion_normal(const BoneSamples& bone, const std::vector<float>& residuals,
                           const std::vector<float>& weights) {
  MotionNormal out;
  const std::size_t n = bone.size();
  float weighted[column_chunk];
  float error[column_chunk];
  float part[column_chunk];
  for (std::size_t first = 0; first < n; first += column_chunk) {
    const std::size_t count = std::min(column_chunk, n - first);
    for (std::size_t i = 0; i < count; ++i) {
      weighted[i] = std::max(weights[first + i], 0.0F);
      error[i] = weighted[i] * residuals[first + i];
    }
    for (std::size_t r = 0; r < 6; ++r) {
      const float* dr = bone.derivative[r].data() + first;
      out.gradient[static_cast<Eigen::Index>(r)] +=
          static_cast<double>(dot_product(dr, error, count));
      for (std::size_t i = 0; i < count; ++i) part[i] = weighted[i] * dr[i];
      for (std::size_t c = r; c < 6; ++c) {
        out.hessian(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) +=
            static_cast<double>(dot_product(bone.derivative[c].data() + first, part, count));
      }
    }
  }
  out.hessian.triangularView<Eigen::StrictlyLower>() = out.hessian.transpose();
  return out;
}

// Fills seen_ and marks in weight_ what the scan does not show; returns how many it shows.
std::size_t BoneAligner::look(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose) {
  const std::size_t count =
      sample_places(grid, pose, bone.places(0, bone.size()), seen_.data(), shown_.data());
  for (std::size_t i = 0; i < bone.size(); ++i) {
    const float known = weight_[i] < 0 ? 1.0F : weight_[i];  // came into view
    weight_[i] = shown_[i] > 0 ? known : unseen;
  }
  return count;
}

// Gain and offsets by weighted least squares on the samples' values, gain kept near the ratio of
// spreads: where nothing fits yet, the regression would run to zero and every step to infinity.
void BoneAligner::fit_values(const BoneSamples& bone, bool local) {
  moments_.assign(local ? bone.blocks : 1, {});
  if (!local) {
    moments_[0] = moments_of(weight_.data(), bone.value.data(), seen_.data(), seen_.size());
  }
  for (std::size_t i = 0; local && i < seen_.size(); ++i) {
    if (weight_[i] > 0) moments_[bone.block[i]].add(weight_[i], bone.value[i], seen_[i]);
  }
  double var_a = 0, var_b = 0, cov = 0;
  for (const Moments& m : moments_) {
    if (m.n <= 0) continue;
    var_a += m.var_a();
    var_b += m.var_b();
    cov += m.cov();
  }
  if (var_a <= 0) return;
  const double ratio = std::sqrt(std::max(var_b, 1.0) / var_a);
  const double gain = std::clamp(cov / var_a, 0.6 * ratio, ratio);
  gain_ = static_cast<float>(gain);
  offsets_.assign(bone.blocks, 0.0F);
  for (std::size_t b = 0; b < bone.blocks; ++b) {
    const Moments& m = moments_[local ? b : 0];
    if (m.n > 0) offsets_[b] = static_cast<float>((m.b - gain * m.a) / m.n);
  }
}

void BoneAligner::fill_residuals(const BoneSamples& bone) {
  for (std::size_t i = 0; i < bone.size(); ++i) {
    residual_[i] =
        weight_[i] < 0 ? 0.0F : seen_[i] - gain_ * bone.value[i] - offsets_[bone.block[i]];
  }
}

namespace {

// The middle of magnitudes by counting them in bins of their own leading bits, 32 to the octave:
// within two percent, in one pass. What stands in `all` is not moved.
float middle_of(const std::vector<float>& all) {
  constexpr std::uint32_t dropped = 18;
  constexpr std::uint32_t first = 0x3F800000U >> dropped;  // 1 HU
  constexpr std::size_t bins = std::size_t{32} * 14;       // to 16384 HU
  std::array<std::uint16_t, bins + 1> count{};
  for (const float v : all) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(v) >> dropped;
    ++count[std::min<std::size_t>(bits > first ? bits - first : 0, bins)];
  }
  std::size_t left = all.size() / 2, bin = 0;
  while (left >= count[bin]) left -= count[bin++];
  const auto value = [](std::size_t b) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(first + b) << dropped);
  };
  const float share = (static_cast<float>(left) + 0.5F) / static_cast<float>(count[bin]);
  return value(bin) + share * (value(bin + 1) - value(bin));
}

}  // namespace

// Residuals to weights by Tukey's biweight on 1.4826 times the median; returns that scale. The
// median of a thousand of them, evenly taken, is within a few percent: the cut needs no more.
float BoneAligner::weigh(float cut) {
  magnitudes_.clear();
  const std::size_t stride = std::max<std::size_t>(1, residual_.size() / median_of);
  for (std::size_t i = 0; i < residual_.size(); i += stride) {
    if (weight_[i] >= 0) magnitudes_.push_back(std::abs(residual_[i]));
  }
  if (magnitudes_.empty()) return least_scale_hu;
  const float scale = std::max(1.4826F * middle_of(magnitudes_), least_scale_hu);
  const float inverse = 1.0F / (cut * scale);
  for (std::size_t i = 0; i < residual_.size(); ++i) {
    const float u = residual_[i] * inverse;
    const float inside = std::max(0.0F, 1.0F - u * u);
    weight_[i] = weight_[i] < 0 ? weight_[i] : inside * inside;
  }
  return scale;
}

// A block in the streaks of a screw has larger residuals than the others: as much less it counts.
void BoneAligner::weigh_blocks(const BoneSamples& bone) {
  moments_.assign(bone.blocks, {});
  for (std::size_t i = 0; i < residual_.size(); ++i) {
    if (weight_[i] > 0) moments_[bone.block[i]].add(weight_[i], residual_[i], 0);
  }
  magnitudes_.clear();
  for (const Moments& m : moments_) {
    if (m.n > 0) magnitudes_.push_back(static_cast<float>(m.aa / m.n));
  }
  if (magnitudes_.empty()) return;
  const auto middle = magnitudes_.begin() + static_cast<std::ptrdiff_t>(magnitudes_.size() / 2);
  std::nth_element(magnitudes_.begin(), middle, magnitudes_.end());
  for (std::size_t b = 0; b < bone.blocks; ++b) {
    const Moments& m = moments_[b];
    offsets_[b] = m.n > 0 && m.aa > 0
                      ? std::min(1.0F, std::pow(*middle / static_cast<float>(m.aa / m.n), 2.0F))
                      : 0.0F;
  }
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    if (weight_[i] > 0) weight_[i] *= offsets_[bone.block[i]];
  }
}

Alignment BoneAligner::align(const BoneSamples& bone, const CtGrid& grid, const BonePose& start,
                             const AlignOptions& options) {
  const std::size_t n = bone.size();
  seen_.assign(n, 0.0F);
  shown_.assign(n, 0.0F);
  residual_.assign(n, 0.0F);
  weight_.assign(n, 1.0F);
  offsets_.assign(bone.blocks, 0.0F);
  Alignment out;
  out.intraop_from_bone = start;
  const double longest_mm = 1.2 * grid.spacing_mm.maxCoeff();
  for (;; ++out.iterations) {
    const std::size_t shown = look(bone, grid, out.intraop_from_bone);
    out.overlap = static_cast<double>(shown) / static_cast<double>(n);
    if (out.overlap < 0.2) break;
    fit_values(bone, options.local_offsets);
    fill_residuals(bone);
    out.scale_hu = weigh(options.cut);
    if (options.local_offsets) weigh_blocks(bone);
    if (out.converged || out.iterations == options.most_iterations) break;
    const MotionNormal normal = motion_normal(bone, residual_, weight_);
    const Eigen::LDLT<Eigen::Matrix<double, 6, 6>> solver(normal.hessian);
    if (solver.info() != Eigen::Success || !solver.isPositive()) break;
    Eigen::Matrix<double, 6, 1> step = solver.solve(normal.gradient) / gain_;
    const double moves_mm = step.tail<3>().norm() + reach_mm * step.head<3>().norm();
    if (!std::isfinite(moves_mm)) break;
    if (moves_mm > 3 * longest_mm) step *= 3 * longest_mm / moves_mm;
    // The step says how the bone's own image would have to move: the pose moves the other way.
    out.intraop_from_bone = out.intraop_from_bone * small_motion(step).inverse(Eigen::Isometry);
    out.converged = moves_mm < options.least_step_mm;
  }
  out.intraop_from_bone.linear() =
      Eigen::Quaterniond(out.intraop_from_bone.linear()).normalized().toRotationMatrix();
  return out;
}

float BoneAligner::correlation(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose) {
  Moments all;
  float seen[column_chunk];
  float shown[column_chunk];
  for (std::size_t first = 0; first < bone.size(); first += column_chunk) {
    const std::size_t count = std::min(column_chunk, bone.size() - first);
    sample_places(grid, pose, bone.places(first, count), seen, shown);
    all += moments_of(shown, bone.value.data() + first, seen, count);
  }
  if (3 * all.n < static_cast<double>(bone.size())) return -1;
  const double var = all.var_a() * all.var_b();
  return var > 0 ? static_cast<float>(all.cov() / std::sqrt(var)) : -1;
}

}  // namespace trocar
