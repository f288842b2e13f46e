#include "tools/qa/stillness.hpp"

#include <algorithm>
#include <cmath>

namespace trocar::qa {
namespace {

constexpr double window_s = 1;
constexpr std::uint64_t window_poses = 20;
constexpr double still_mm = 2;

}  // namespace

void Window::add(const Eigen::Vector3d& p) {
  if (n_ == 0) first_ = low_ = high_ = p;
  ++n_;
  sum_ += p;
  sum_from_first_ += p - first_;
  squares_ += (p - first_).squaredNorm();
  low_ = low_.cwiseMin(p);
  high_ = high_.cwiseMax(p);
}

double Window::rms() const {
  const auto n = static_cast<double>(n_);
  return std::sqrt(std::max(0.0, squares_ / n - (sum_from_first_ / n).squaredNorm()));
}

void Stillness::add(double at_s, const Eigen::Vector3d& mm) {
  if (at_s >= began_s_ + window_s) {
    close();
    began_s_ = at_s;
  }
  window_.add(mm);
}

void Stillness::close() {
  if (window_.count() >= window_poses && window_.extent() <= still_mm) {
    rms_mm_.push_back(window_.rms());
  }
  window_.clear();
}

void Stillness::finish(Computed<Jitter>& jitter) {
  close();
  if (rms_mm_.empty()) return;
  const auto middle = rms_mm_.begin() + static_cast<std::ptrdiff_t>(rms_mm_.size() / 2);
  std::nth_element(rms_mm_.begin(), middle, rms_mm_.end());
  jitter = Jitter{*middle, rms_mm_.size()};
}

}  // namespace trocar::qa
