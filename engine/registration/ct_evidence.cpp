#include "engine/registration/ct_evidence.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

struct BlockSums {
  double n = 0, all = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
};

constexpr double fewest = 12;      // samples of a block that say something
constexpr double noise_hu2 = 400;  // keeps a flat block from correlating with noise

// What no spread over blocks shows, as measured on scans of known truth (decision 0061): streaks
// reach over several blocks, and interpolating thick slices moves all of them alike.
constexpr double common_to_blocks = 3;
constexpr double floor_mm = 0.02, floor_rad = 0.001;

constexpr int cubes_across = 16;  // of the blocks' size: more than a vertebra with its processes
constexpr std::size_t cubes = std::size_t{cubes_across} * cubes_across * cubes_across;

// Correlation of the samples in each of `blocks` blocks; `block_of` says in which one sample i
// lies.
template <class BlockOf>
BlockScores scored(const BoneSamples& bone, const CtGrid& grid, const BonePose& pose,
                   std::size_t blocks, BlockOf block_of) {
  std::vector<BlockSums> sums(blocks);
  const CtSampler sample(grid, pose);
  for (std::size_t i = 0; i < bone.size(); ++i) {
    BlockSums& s = sums[block_of(i)];
    s.all += 1;
    float v = 0;
    if (!sample(bone.x[i], bone.y[i], bone.z[i], v)) continue;
    const double a = bone.value[i], b = v;
    s.n += 1;
    s.a += a;
    s.b += b;
    s.aa += a * a;
    s.bb += b * b;
    s.ab += a * b;
  }
  BlockScores out;
  for (const BlockSums& s : sums) {
    const bool says = s.n >= fewest && 2 * s.n >= s.all;
    const double va = says ? s.aa / s.n - s.a * s.a / (s.n * s.n) + noise_hu2 : 1;
    const double vb = says ? s.bb / s.n - s.b * s.b / (s.n * s.n) + noise_hu2 : 1;
    const double cov = says ? s.ab / s.n - s.a * s.b / (s.n * s.n) : 0;
    out.correlation.push_back(static_cast<float>(cov / std::sqrt(va * vb)));
    out.weight.push_back(says ? static_cast<float>(s.n) : 0.0F);
  }
  return out;
}

// Numbers the cubes of a box round a place; what lies further out counts to its border.
std::size_t cube_of(const Eigen::Vector3d& p) {
  const Eigen::Array3i i = (p.array() / bone_block_mm + 0.5 * cubes_across)
                               .floor()
                               .cast<int>()
                               .max(0)
                               .min(cubes_across - 1);
  const int cube = (i.z() * cubes_across + i.y()) * cubes_across + i.x();
  return static_cast<std::size_t>(cube);
}

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
  return scored(bone, grid, pose, bone.blocks, [&](std::size_t i) { return bone.block[i]; });
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
  const auto in_shared_cubes = [&](const BoneSamples& bone, const BonePose& at) {
    const BonePose to_cubes = better_at.inverse(Eigen::Isometry) * at;
    return scored(bone, grid, at, cubes, [&](std::size_t i) {
      return cube_of(to_cubes * Eigen::Vector3f(bone.x[i], bone.y[i], bone.z[i]).cast<double>());
    });
  };
  return paired_margin(in_shared_cubes(better, better_at), in_shared_cubes(worse, worse_at));
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
