#include "engine/navigation/landmark_touch.hpp"

#include <string>

#include "engine/navigation/text_line.hpp"

namespace trocar {

std::optional<LandmarksCollected> LandmarkTouch::add(Timestamp acquired,
                                                     const Point<Reference>& tip) {
  if (collector_.complete() || !collector_.add(acquired, tip)) return std::nullopt;
  if (!collector_.complete()) return std::nullopt;
  LandmarksCollected all;
  for (const Dwell& d : collector_.dwells()) all.dwells.push_back(d);
  return all;
}

void LandmarkTouch::announce(Timestamp now, StateLines& lines) {
  const std::size_t done = collector_.collected();
  if (!progress_.is_due(done, now, Duration(0))) return;
  const auto next = collector_.next_label();
  const std::string count = std::to_string(done);  // short: no allocation
  const std::string all = std::to_string(collector_.fiducials().size());
  const StateLine line{now, StateKind::registration,
                       next ? join({"touched ", count, " of ", all, " fiducials, next: ", *next})
                            : join({"touched ", count, " of ", all, " fiducials, registering"})};
  if (lines.push_back(line)) progress_.said(done, now);
}

}  // namespace trocar
