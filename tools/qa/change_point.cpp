#include "tools/qa/change_point.hpp"

#include <algorithm>
#include <cmath>

namespace trocar::qa {
namespace {

// Below it lies no tracker's resolution: a place that never varies has at least so much noise.
constexpr double least_noise_mm = 1e-3;
// White noise exceeds it in less than one of 10^9 sessions (chi-squared of 3 above 64, 4096 times).
constexpr double clear_score = 8;
constexpr std::size_t shortest_side = 2;

}  // namespace

void ChangePoint::add(double at_s, const Eigen::Vector3d& mean_mm) {
  if (waiting_ == 0) waiting_since_s_ = at_s;
  sum_ += mean_mm;
  if (++waiting_ < together_) return;
  means_.push_back({waiting_since_s_, sum_ / static_cast<double>(waiting_)});
  waiting_ = 0;
  sum_.setZero();
  if (means_.size() == most) halve();
}

void ChangePoint::halve() {
  for (std::size_t i = 0; i < most / 2; ++i) {
    means_[i] = {means_[2 * i].at_s, (means_[2 * i].mm + means_[2 * i + 1].mm) / 2};
  }
  means_.resize(most / 2);
  together_ *= 2;
}

// From the median of the squared differences: 2.366 is the median of chi-squared with 3 degrees of
// freedom, and a difference of two means has twice the variance of one.
double ChangePoint::noise_mm() const {
  std::vector<double> squares;
  for (std::size_t i = 1; i < means_.size(); ++i) {
    squares.push_back((means_[i].mm - means_[i - 1].mm).squaredNorm());
  }
  const auto middle = squares.begin() + static_cast<std::ptrdiff_t>(squares.size() / 2);
  std::nth_element(squares.begin(), middle, squares.end());
  return std::max(std::sqrt(*middle / (2 * 2.366)), least_noise_mm);
}

Computed<Change> ChangePoint::finish() const {
  if (means_.size() < fewest) {
    return NotComputable{"the reference was seen in fewer than 10 whole seconds"};
  }
  Eigen::Vector3d all = Eigen::Vector3d::Zero();
  for (const Mean& m : means_) all += m.mm - means_[0].mm;
  const auto n = static_cast<double>(means_.size());
  const double noise = noise_mm();
  Eigen::Vector3d before = Eigen::Vector3d::Zero();
  Change best;
  for (std::size_t i = 0; i + shortest_side < means_.size(); ++i) {
    before += means_[i].mm - means_[0].mm;
    if (i + 1 < shortest_side) continue;
    const auto k = static_cast<double>(i + 1);
    const double shift_mm = (before / k - (all - before) / (n - k)).norm();
    const double score = shift_mm * std::sqrt(k * (n - k) / n) / noise;
    if (score > best.score) best = {score > clear_score, means_[i + 1].at_s, shift_mm, score, 0, 0};
  }
  best.noise_mm = noise;
  best.seconds = means_.size() * together_;
  return best;
}

}  // namespace trocar::qa
