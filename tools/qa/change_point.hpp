#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "tools/qa/report.hpp"

namespace trocar::qa {

// Whether a place moved for good, and when: the one time that best divides its means, second by
// second, into two places. The likelihood ratio of one change of the mean at an unknown time
// (Hinkley, Biometrika 57, 1970, eq. 2.1), with the noise of the differences from one mean to the
// next (von Neumann, Ann. Math. Stat. 12, 1941), which a change itself hardly touches. Memory is
// bounded: beyond `most` means, each two become one. plain.
class ChangePoint {
 public:
  static constexpr std::size_t most = 4096;
  static constexpr std::size_t fewest = 10;  // means, of a second each

  // The mean of the second that began at `at_s`.
  void add(double at_s, const Eigen::Vector3d& mean_mm);
  [[nodiscard]] Computed<Change> finish() const;

 private:
  struct Mean {
    double at_s = 0;
    Eigen::Vector3d mm = Eigen::Vector3d::Zero();
  };
  void halve();
  [[nodiscard]] double noise_mm() const;  // per axis
  std::vector<Mean> means_;
  std::size_t together_ = 1;  // how many seconds make one of them
  std::size_t waiting_ = 0;   // how many are in sum_
  double waiting_since_s_ = 0;
  Eigen::Vector3d sum_ = Eigen::Vector3d::Zero();
};

}  // namespace trocar::qa
