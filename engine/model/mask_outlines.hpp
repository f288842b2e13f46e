#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>

namespace trocar {

// A picture of shares 0 to 1 (a mask: 0 and 1), x fastest; what lies outside it is 0.
struct MaskSlice {
  int width, height;
  std::span<const float> share;
};

// Closed outlines of what is half or more inside, in pixels: pixel centres are whole numbers
// (marching squares; where two corners touch they are kept apart). Holes have outlines of their
// own.
std::vector<std::vector<Eigen::Vector2d>> mask_outlines(const MaskSlice& mask);

// How many points these outlines have: quick, and takes no memory.
std::size_t count_outline_points(const MaskSlice& mask);

}  // namespace trocar
