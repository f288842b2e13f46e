#pragma once
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <optional>

#include "engine/base/config_reader.hpp"
#include "engine/base/time.hpp"
#include "engine/base/transform.hpp"

namespace trocar {

struct DwellConfig {
  Duration dwell;         // how long the tip must rest
  double box_mm;          // edge of the box, along the Reference's axes, it must stay in
  double min_spacing_mm;  // the next dwell counts only this far from the one before
  Duration max_gap;       // two samples further apart belong to different rests
};
DwellConfig read_dwell(const ConfigReader& in);

// One rest of the tip.
struct Dwell {
  Point<Reference> mean;
  std::size_t count;
  Eigen::Matrix3d sample_covariance;  // of single samples, mm^2
  // Of the mean, mm^2, as the samples themselves show it: consecutive samples are alike (tremor,
  // filters of the tracker), so it is not sample_covariance / count. Drift slower than about a
  // fifth of the dwell, and errors common to all samples (tip calibration, tracker bias), do not
  // show here.
  Eigen::Matrix3d mean_covariance;
  Timestamp from;
  Timestamp to;
};

// Says when a tip rests: fed with every valid position, in order. plain: one thread. No allocation.
// Whether the reference itself moved meanwhile, or the tip was valid at all, is for the caller:
// samples that must not count are not fed, and the gap they leave ends the rest.
class DwellDetector {
 public:
  explicit DwellDetector(const DwellConfig& config) : config_(config) {}

  // A dwell when this sample completes one: once per rest. A sample not later than the one before
  // is ignored; one that is not finite ends the rest.
  std::optional<Dwell> add(Timestamp acquired, const Point<Reference>& tip);
  // Forgets the rest under way and the place of the last dwell.
  void reset();

 private:
  static constexpr std::size_t batches = 5;
  struct Batch {
    Eigen::Vector3d sum = Eigen::Vector3d::Zero();
    std::size_t count = 0;
  };

  void begin(Timestamp acquired, const Eigen::Vector3d& at);
  void include(Timestamp acquired, const Eigen::Vector3d& at);
  [[nodiscard]] bool leaves_box(const Eigen::Vector3d& at) const;
  [[nodiscard]] bool enough() const;
  [[nodiscard]] Dwell finished() const;
  // Variance of the mean over variance of one sample.
  [[nodiscard]] double mean_over_sample_variance(const Eigen::Matrix3d& sample_covariance) const;

  DwellConfig config_;
  // Sums are of positions relative to the first of the rest: no digits lost far from the origin.
  Eigen::Vector3d origin_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d low_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d high_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d sum_ = Eigen::Vector3d::Zero();
  Eigen::Vector3d previous_ = Eigen::Vector3d::Zero();
  Eigen::Matrix3d squares_ = Eigen::Matrix3d::Zero();
  double lagged_ = 0;  // sum of products of neighbours
  std::array<Batch, batches> batches_{};
  std::size_t count_ = 0;
  Timestamp first_{};
  Timestamp last_{};
  bool reported_ = false;  // the rest under way was reported
  std::optional<Eigen::Vector3d> last_dwell_;
};

}  // namespace trocar
