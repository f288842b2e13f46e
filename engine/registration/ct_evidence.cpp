#include "engine/registration/ct_evidence.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

struct BlockSums {
  double n = 0, all = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
};

constexpr double fewest = 12;      // samples of a block that say something
constexpr double noise_hu2 = 400;  // keeps a flat block from correlating with noise

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
  std::vector<BlockSums> sums(bone.blocks);
  const CtSampler sample(grid, pose);
  for (std::size_t i = 0; i < bone.size(); ++i) {
    BlockSums& s = sums[bone.block[i]];
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

Margin unpaired_margin(const BlockScores& better, const BlockScores& worse) {
  const auto variance_of_mean = [](const BlockScores& s) {
    const double mean = s.mean();
    double total = 0, square = 0, squared_weights = 0;
    for (std::size_t b = 0; b < s.weight.size(); ++b) {
      const double w = s.weight[b], d = s.correlation[b] - mean;
      total += w;
      square += w * d * d;
      squared_weights += w * w;
    }
    return total > 0 ? square / total * squared_weights / (total * total) : 1.0;
  };
  const double score = better.mean() - worse.mean();
  return {score, score / std::sqrt(variance_of_mean(better) + variance_of_mean(worse))};
}

Matrix6 block_covariance(const BoneSamples& bone, const BoneAligner& fitted) {
  const MotionNormal whole = motion_normal(bone, fitted.residuals(), fitted.weights());
  std::vector<Eigen::Matrix<double, 6, 1>> asked(bone.blocks, Eigen::Matrix<double, 6, 1>::Zero());
  for (std::size_t i = 0; i < bone.size(); ++i) {
    const float pull = std::max(fitted.weights()[i], 0.0F) * fitted.residuals()[i];
    for (std::size_t k = 0; k < 6; ++k) {
      asked[bone.block[i]][static_cast<Eigen::Index>(k)] +=
          static_cast<double>(pull * bone.derivative[k][i]);
    }
  }
  Matrix6 spread = Matrix6::Zero();
  for (const auto& g : asked) spread += g * g.transpose();
  const auto blocks = static_cast<double>(bone.blocks);
  const double gain = fitted.gain();
  const Matrix6 inverse = whole.hessian.inverse();
  // Six directions were fitted to the blocks: what is left of their spread is that much too small.
  return blocks / std::max(blocks - 6, 1.0) / (gain * gain) * (inverse * spread * inverse);
}

}  // namespace trocar
