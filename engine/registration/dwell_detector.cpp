#include "engine/registration/dwell_detector.hpp"

#include <algorithm>
#include <cmath>

namespace trocar {

DwellConfig read_dwell(const ConfigReader& in) {
  DwellConfig c{};
  c.dwell = duration_from_ms(1000 * in.number("dwell_s", 0.2, 10));
  c.box_mm = in.number("box_mm", 0.1, 10);
  c.min_spacing_mm = in.number("min_spacing_mm", 0, 100);
  c.max_gap = duration_from_ms(in.number("max_gap_ms", 5, 1000));
  in.finish();
  return c;
}

void DwellDetector::reset() {
  count_ = 0;
  last_dwell_.reset();
}

void DwellDetector::begin(Timestamp acquired, const Eigen::Vector3d& at) {
  origin_ = low_ = high_ = at;
  sum_.setZero();
  squares_.setZero();
  lagged_ = 0;
  batches_ = {};
  count_ = 0;
  first_ = acquired;
  reported_ = false;
}

bool DwellDetector::leaves_box(const Eigen::Vector3d& at) const {
  return (high_.cwiseMax(at) - low_.cwiseMin(at)).maxCoeff() > config_.box_mm;
}

void DwellDetector::include(Timestamp acquired, const Eigen::Vector3d& at) {
  const Eigen::Vector3d p = at - origin_;
  low_ = low_.cwiseMin(at);
  high_ = high_.cwiseMax(at);
  if (count_ > 0) lagged_ += p.dot(previous_);
  previous_ = p;
  sum_ += p;
  squares_ += p * p.transpose();
  const double fraction = seconds(acquired - first_) / seconds(config_.dwell);
  const auto slot = static_cast<std::size_t>(fraction * static_cast<double>(batches));
  Batch& batch = batches_[std::min(slot, batches - 1)];
  batch.sum += p;
  ++batch.count;
  ++count_;
  last_ = acquired;
}

// Two samples in every fifth of the time: a slow or gappy stream does not pass for a rest.
bool DwellDetector::enough() const {
  return last_ - first_ >= config_.dwell &&
         std::all_of(batches_.begin(), batches_.end(), [](const Batch& b) { return b.count >= 2; });
}

std::optional<Dwell> DwellDetector::add(Timestamp acquired, const Point<Reference>& tip) {
  if (!tip.mm.allFinite()) {
    count_ = 0;
    return std::nullopt;
  }
  if (count_ > 0 && acquired <= last_) return std::nullopt;
  if (count_ == 0 || acquired - last_ > config_.max_gap || leaves_box(tip.mm)) {
    begin(acquired, tip.mm);
  }
  if (reported_) {  // still the same rest: nothing new to learn, but the box and the gap go on
    low_ = low_.cwiseMin(tip.mm);
    high_ = high_.cwiseMax(tip.mm);
    last_ = acquired;
    return std::nullopt;
  }
  include(acquired, tip.mm);
  if (!enough()) return std::nullopt;
  reported_ = true;
  const Dwell dwell = finished();
  if (last_dwell_ && (*last_dwell_ - dwell.mean.mm).norm() < config_.min_spacing_mm) {
    return std::nullopt;
  }
  last_dwell_ = dwell.mean.mm;
  return dwell;
}

double DwellDetector::mean_over_sample_variance(const Eigen::Matrix3d& sample_covariance) const {
  const double n = static_cast<double>(count_);
  const double variance = sample_covariance.trace();
  if (variance <= 0) return 1.0 / n;
  const Eigen::Vector3d mean = sum_ / n;
  // Noise whose memory fades within few samples: first-order autoregression.
  const double lagged = (lagged_ / (n - 1) - mean.squaredNorm()) / variance;
  const double unbiased = lagged + (1 + 3 * lagged) / n;  // Marriott & Pope 1954, Kendall 1954
  const double rho = std::clamp(unbiased, 0.0, 0.99);
  const double autoregressive = (1 + rho) / (n * (1 - rho));
  // Slow drift: how much the means of the fifths scatter.
  double between = 0;
  for (const Batch& b : batches_) {
    between += (b.sum / static_cast<double>(b.count) - mean).squaredNorm();
  }
  constexpr double k = batches;
  const double from_batches = between / ((k - 1) * k) / variance;
  const double share = std::min(0.5, std::max({1.0 / n, autoregressive, from_batches}));
  // Correlated samples scatter less about their own mean than about the truth, by that share.
  return share / (1 - share);
}

Dwell DwellDetector::finished() const {
  const double n = static_cast<double>(count_);
  const Eigen::Vector3d mean = sum_ / n;
  const Eigen::Matrix3d covariance = (squares_ - n * mean * mean.transpose()) / (n - 1);
  return {{origin_ + mean}, count_, covariance, mean_over_sample_variance(covariance) * covariance,
          first_,           last_};
}

}  // namespace trocar
