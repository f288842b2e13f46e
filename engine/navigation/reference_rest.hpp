#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>

#include "engine/base/time.hpp"
#include "engine/data/tracker_frame.hpp"

namespace trocar {

// Whether the reference stood still before a scan arrived (H4). The scanner's clock is not the
// tracker's: the exposure lies somewhere in this window. docs/decisions/0078.
struct ScanRestConfig {
  Duration window{};       // the exposure began no longer than this before the first slice came
  double max_move_mm = 0;  // more, and what the scan brings is refused
};

// Where the reference was, second by second: means, so that the tracker's jitter is none of it, of
// its origin and of two points 100 mm from it, so that a turn counts. plain: fixed size.
class ReferenceRest {
 public:
  static constexpr std::int64_t longest_s = 600;

  // A measured pose of the reference's marker body.
  void add(Timestamp acquired, const Transform<Tracker, Marker>& tracker_from_marker);

  struct Rest {
    double moved_mm = 0;  // diagonal of the box that holds a point's means, of the worst point
    int seconds = 0;      // in which the reference was seen
  };
  // Over the window that ends at `end`; at most the newest longest_s.
  [[nodiscard]] Rest over(Timestamp end, Duration window) const;

  void clear() { seconds_.fill({}); }

 private:
  static constexpr std::size_t points = 3;
  struct Second {
    std::int64_t at = -1;
    int count = 0;
    std::array<Eigen::Vector3d, points> sum{};
  };
  std::array<Second, static_cast<std::size_t>(longest_s)> seconds_{};
};

}  // namespace trocar
