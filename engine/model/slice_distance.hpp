#pragma once
#include <Eigen/Core>
#include <vector>

namespace trocar {

// A grid in the plane of a slice: `width` x `height` places, x fastest.
struct PlaneGrid {
  Eigen::Vector2d origin_mm = Eigen::Vector2d::Zero();
  double step_mm = 0;
  int width = 0, height = 0;

  [[nodiscard]] Eigen::Vector2d at(int x, int y) const {
    return origin_mm + step_mm * Eigen::Vector2d(x, y);
  }
  [[nodiscard]] std::size_t count() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  }
};

// Signed distance of each place to the outlines, mm, negative inside (an odd number of outlines
// around), never beyond +-reach_mm: exact where it is less. A way in that is drawn there and back
// again (a keyhole) is no boundary and is taken out.
std::vector<float> slice_distance(const PlaneGrid& grid,
                                  const std::vector<std::vector<Eigen::Vector2d>>& outlines,
                                  double reach_mm);

}  // namespace trocar
