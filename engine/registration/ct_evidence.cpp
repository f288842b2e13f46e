#include "engine/registration/ct_evidence.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace trocar {
namespace {

constexpr double fewest = 12;      // samples of a block that say something
constexpr double noise_hu2 = 400;  // keeps a flat block from correlating with noise

// What no spread over blocks shows, as measured on scans of known truth (decision 0061): streaks
// reach over several blocks, and interpolating thick slices moves all of them alike.
constexpr double common_to_blocks = 3;
constexpr double floor_mm = 0.02, floor_rad = 0.001;

constexpr int cubes_across = 16;  // of the blocks' size: more than a vertebra with its processes
constexpr std::size_t cubes = std::size_t{cubes_across} * cubes_across * cubes_across;

// Correlation of the samples in each block; `block[i]` says in which one sample i lies.
BlockScores scored(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose,
                   const std::vector<std::uint16_t>& block, std::size_t blocks) {
  std::vector<Moments> sums(blocks);
  std::vector<std::uint32_t> all(blocks);
  float seen[column_chunk];
  float shown[column_chunk];
  for (std::size_t first = 0; first < bone.size(); first += column_chunk) {
    const std::size_t count = std::min(column_chunk, bone.size() - first);
    sample_places(grid, pose, bone.places(first, count), seen, shown);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint16_t b = block[first + i];
      ++all[b];
      sums[b].add(static_cast<double>(shown[i]), static_cast<double>(bone.value[first + i]),
                  static_cast<double>(seen[i]));
    }
  }
  BlockScores out;
  out.correlation.reserve(blocks);
  out.weight.reserve(blocks);
  for (std::size_t b = 0; b < blocks; ++b) {
    const Moments& s = sums[b];
    const bool says = s.n >= fewest && 2 * s.n >= all[b];
    const double va = says ? s.var_a() / s.n + noise_hu2 : 1;
    const double vb = says ? s.var_b() / s.n + noise_hu2 : 1;
    const double cov = says ? s.cov() / s.n : 0;
    out.correlation.push_back(static_cast<float>(cov / std::sqrt(va * vb)));
    out.weight.push_back(says ? static_cast<float>(s.n) : 0.0F);
  }
  return out;
}

// Numbers the cubes of a box round a place as samples are found in them; what lies further out
// counts to the box's border.
class Cubes {
 public:
  Cubes() { number_.fill(none); }

  // For each of the samples of a bone the number of its cube.
  std::vector<std::uint16_t> of(const BoneSamples& bone, const BonePose& cubes_from_bone) {
    const Eigen::Affine3f scaled =
        (Eigen::Translation3d(Eigen::Vector3d::Constant(0.5 * cubes_across)) *
         Eigen::Scaling(1 / bone_block_mm) * Eigen::Affine3d(cubes_from_bone))
            .cast<float>();
    std::vector<std::uint16_t> out(bone.size());
    for (std::size_t i = 0; i < bone.size(); ++i) {
      const Eigen::Array3f at = scaled * Eigen::Vector3f(bone.x[i], bone.y[i], bone.z[i]);
      constexpr auto last = static_cast<float>(cubes_across - 1);
      const Eigen::Array3i cube = at.max(0.0F).min(last).cast<int>();
      const int in_box = (cube.z() * cubes_across + cube.y()) * cubes_across + cube.x();
      std::uint16_t& number = number_[static_cast<std::size_t>(in_box)];
      if (number == none) number = count_++;
      out[i] = number;
    }
    return out;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  static constexpr std::uint16_t none = 0xFFFF;
  std::array<std::uint16_t, cubes> number_{};
  std::uint16_t count_ = 0;
};

}  // namespace

double BlockScores::mean() const {
  double sum = 0, total = 0;
  for (std::size_t b = 0; b < weight.size(); ++b) {
    sum += static_cast<double>(weight[b] * correlation[b]);
    total += static_cast<double>(weight[b]);
  }
  return total > 0 ? sum / total : 0;
}

BlockScores block_scores(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose) {
  return scored(bone, grid, pose, bone.block, bone.blocks);
}

Margin paired_margin(const BlockScores& better, const BlockScores& worse) {
  double total = 0, sum = 0, square = 0, squared_weights = 0;
  for (std::size_t b = 0; b < better.weight.size(); ++b) {
    const double w = std::min(better.weight[b], worse.weight[b]);
    const double d = static_cast<double>(better.correlation[b] - worse.correlation[b]);
    total += w;
    sum += w * d;
    square += w * d * d;
    squared_weights += w * w;
  }
  if (total <= 0) return {};
  const double mean = sum / total;
  const double variance = std::max(square / total - mean * mean, 1e-6);
  return {mean, mean / std::sqrt(variance * squared_weights / (total * total))};
}

Margin margin_on_one_bone(const CtGrid& grid, const BoneSamples& better, const BonePose& better_at,
                          const BoneSamples& worse, const BonePose& worse_at) {
  Cubes shared;
  const auto of_better = shared.of(better, BonePose::Identity());
  const auto of_worse = shared.of(worse, better_at.inverse(Eigen::Isometry) * worse_at);
  return paired_margin(scored(better, grid, better_at, of_better, shared.count()),
                       scored(worse, grid, worse_at, of_worse, shared.count()));
}

Matrix6 block_covariance(const BoneSamples& bone, const BoneAligner& fitted) {
  using Vector6 = Eigen::Matrix<double, 6, 1>;
  std::vector<Vector6> pulls(bone.blocks, Vector6::Zero());
  std::vector<Matrix6> hessians(bone.blocks, Matrix6::Zero());
  for (std::size_t i = 0; i < bone.size(); ++i) {
    const double weight = std::max(fitted.weights()[i], 0.0F);
    if (weight <= 0) continue;
    Vector6 d;
    for (int k = 0; k < 6; ++k) {
      d[k] = static_cast<double>(bone.derivative[static_cast<std::size_t>(k)][i]);
    }
    pulls[bone.block[i]] += weight * static_cast<double>(fitted.residuals()[i]) * d;
    hessians[bone.block[i]].selfadjointView<Eigen::Lower>().rankUpdate(d, weight);
  }
  Matrix6 whole = Matrix6::Zero();
  for (const Matrix6& h : hessians) whole += h;
  Matrix6 spread = Matrix6::Zero();
  for (std::size_t b = 0; b < bone.blocks; ++b) {
    const Matrix6 without = Matrix6(whole - hessians[b]).selfadjointView<Eigen::Lower>();
    const Vector6 moves = without.ldlt().solve(pulls[b]);
    spread += moves * moves.transpose();
  }
  const double gain = fitted.gain();
  Matrix6 out = common_to_blocks / (gain * gain) * spread;
  out.diagonal().head<3>().array() += floor_rad * floor_rad;
  out.diagonal().tail<3>().array() += floor_mm * floor_mm;
  return out;
}

}  // namespace trocar
