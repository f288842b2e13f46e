#include "engine/registration/landmark_collector.hpp"

#include <utility>

namespace trocar {

LandmarkCollector::LandmarkCollector(std::vector<Fiducial> fiducials, const DwellConfig& config)
    : fiducials_(std::move(fiducials)), detector_(config) {
  dwells_.reserve(fiducials_.size());
}

std::optional<std::string_view> LandmarkCollector::next_label() const {
  if (complete()) return std::nullopt;
  return fiducials_[dwells_.size()].label;
}

std::optional<std::string_view> LandmarkCollector::add(Timestamp acquired,
                                                       const Point<Reference>& tip) {
  if (complete()) return std::nullopt;
  const auto dwell = detector_.add(acquired, tip);
  if (!dwell) return std::nullopt;
  dwells_.push_back(*dwell);
  return fiducials_[dwells_.size() - 1].label;
}

std::optional<std::vector<Point<Reference>>> LandmarkCollector::touched() const {
  if (!complete()) return std::nullopt;
  std::vector<Point<Reference>> points;
  points.reserve(dwells_.size());
  for (const Dwell& d : dwells_) points.push_back(d.mean);
  return points;
}

void LandmarkCollector::restart() {
  dwells_.clear();
  detector_.reset();
}

}  // namespace trocar
