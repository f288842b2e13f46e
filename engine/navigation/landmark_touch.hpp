#pragma once
#include <optional>

#include "engine/navigation/announcer.hpp"
#include "engine/registration/landmark_collector.hpp"

namespace trocar {

// A complete set of touched fiducials, dwells[i] being the plan's fiducial i: what a worker needs
// to compute the registration. Copied without allocation.
struct LandmarksCollected {
  Bounded<Dwell, max_touched> dwells;
};

// Leads a person through the plan's fiducials while nothing is registered. plain: one thread; no
// allocation after construction.
class LandmarkTouch {
 public:
  // At most max_touched fiducials.
  LandmarkTouch(std::vector<Fiducial> fiducials, const DwellConfig& config)
      : collector_(std::move(fiducials), config) {}

  // The complete set, when this sample completes it. Nothing more until restart().
  std::optional<LandmarksCollected> add(Timestamp acquired, const Point<Reference>& tip);
  void restart() { collector_.restart(); }
  // Says how many are done and which is next, when that changed.
  void announce(Timestamp now, StateLines& lines);

 private:
  LandmarkCollector collector_;
  Announcer<std::optional<std::size_t>> progress_{std::nullopt};
};

}  // namespace trocar
