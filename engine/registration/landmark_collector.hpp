#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/model/plan.hpp"
#include "engine/registration/dwell_detector.hpp"

namespace trocar {

// Collects the plan's fiducials, in plan order, from the rests of one tool's tip in the Reference:
// first rest = first fiducial, and so on. plain: one thread. add() does not allocate.
class LandmarkCollector {
 public:
  LandmarkCollector(std::vector<Fiducial> fiducials, const DwellConfig& config);

  // The label collected by this sample, if it ended a rest. Nothing more once complete.
  std::optional<std::string_view> add(Timestamp acquired, const Point<Reference>& tip);
  // What the person is to touch now; none when complete.
  [[nodiscard]] std::optional<std::string_view> next_label() const;
  [[nodiscard]] bool complete() const { return dwells_.size() == fiducials_.size(); }
  [[nodiscard]] std::size_t collected() const { return dwells_.size(); }
  [[nodiscard]] std::span<const Fiducial> fiducials() const { return fiducials_; }
  [[nodiscard]] std::span<const Dwell> dwells() const { return dwells_; }
  // The touched points, one per fiducial in plan order; only when complete.
  [[nodiscard]] std::optional<std::vector<Point<Reference>>> touched() const;
  // Drops everything collected: begin again with the first fiducial.
  void restart();

 private:
  std::vector<Fiducial> fiducials_;
  std::vector<Dwell> dwells_;
  DwellDetector detector_;
};

}  // namespace trocar
