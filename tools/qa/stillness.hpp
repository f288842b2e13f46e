#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// Positions within one second: mean and spread about it.
class Window {
 public:
  void add(const Eigen::Vector3d& p);
  void clear() { *this = {}; }
  [[nodiscard]] std::uint64_t count() const { return n_; }
  [[nodiscard]] Eigen::Vector3d mean() const { return sum_ / static_cast<double>(n_); }
  [[nodiscard]] double rms() const;  // distance from the mean
  [[nodiscard]] double extent() const { return (high_ - low_).norm(); }

 private:
  std::uint64_t n_ = 0;
  Eigen::Vector3d first_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d sum_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d sum_from_first_ = Eigen::Vector3d::Zero();
  double squares_ = 0;  // of the distance from the first, for accuracy
  Eigen::Vector3d low_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d high_ = Eigen::Vector3d::Zero();
};

// The jitter of a place: its spread in the seconds in which it stood still. plain.
class Stillness {
 public:
  void add(double at_s, const Eigen::Vector3d& mm);
  // Sets it when there was such a second.
  void finish(Computed<Jitter>& jitter);

 private:
  void close();
  double began_s_ = 0;
  Window window_;
  std::vector<double> rms_mm_;  // one per second at most: 86,400 a day
};

}  // namespace trocar::qa
