#pragma once
#include <cstdint>
#include <variant>

#include "engine/data/guidance.hpp"
#include "engine/navigation/navigator_config.hpp"
#include "engine/navigation/pose_history.hpp"

namespace trocar {

// A tool and the reference at one instant.
struct PosePair {
  Timestamp acquired{};
  Duration acquired_bound{};  // of the worse of both
  MarkerPose tool;
  MarkerPose reference;
  bool reference_interpolated;
  std::uint32_t device_frame = 0;  // of the tool's exposure
};

// The newest pose of the tool for whose instant the reference is known too, or why none may be
// shown at `now`. Rules:
// - a body whose newest sample is a loss is not visible, whatever it did before (H1);
// - a tool pose newer than the newest reference sample waits for the next one (trackers that report
//   bodies from different exposures do this in each reply); meanwhile the newest older pose that
//   can be composed is used, with its own, larger age;
// - nothing is older than the limit, nothing is extrapolated (H16).
std::variant<Withheld, PosePair> newest_pair(const PoseHistory& tool, const PoseHistory& reference,
                                             const PoseLimits& limits, Timestamp now);

// Whether a pair may be believed: volume, marker error, room (H17). nullopt: yes.
std::optional<Withheld> doubt(const PosePair& pair, const PoseLimits& limits);

}  // namespace trocar
