#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

#include "tools/qa/change_point.hpp"
#include "tools/qa/stillness.hpp"

namespace trocar::qa {

// The mean of the reference in the tracker's frame, second by second: its greatest jump, and
// whether it moved for good. plain.
class ReferenceWatch {
 public:
  void add(double at_s, const Eigen::Vector3d& mm) {
    constexpr double window_s = 1;
    constexpr std::uint64_t enough = 10;
    if (window_.count() > 0 && at_s >= began_s_ + window_s) {
      if (window_.count() >= enough) close();
      window_.clear();
    }
    if (window_.count() == 0) began_s_ = at_s;
    window_.add(mm);
  }
  void finish(Report& report) const {
    if (greatest_) report.reference = *greatest_;
    report.change = changes_.finish();
  }

 private:
  void close() {
    changes_.add(began_s_, window_.mean());
    if (before_) {
      const double jump_mm = (window_.mean() - before_->mean()).norm();
      const double noise_mm = std::max(window_.rms(), before_->rms());
      if (!greatest_ || jump_mm > greatest_->jump_mm) {
        greatest_ = Movement{jump_mm, noise_mm, began_s_};
      }
    }
    before_ = window_;
  }
  Window window_;
  double began_s_ = 0;
  std::optional<Window> before_;
  std::optional<Movement> greatest_;
  ChangePoint changes_;
};

}  // namespace trocar::qa
