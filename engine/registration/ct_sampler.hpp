#pragma once
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/registration/ct_grid.hpp"

namespace trocar {

// Places by their columns, mm. plain.
struct CtPlaces {
  const float* x = nullptr;
  const float* y = nullptr;
  const float* z = nullptr;
  std::size_t count = 0;
};

// Trilinear, of values cut as above, for many places at once: the bits of CtSampler. Where the grid
// shows nothing, value and shown are 0, else shown is 1. Returns how many are shown.
std::size_t sample_places(const CtGrid& grid, const Eigen::Isometry3d& grid_mm_from_place,
                          const CtPlaces& places, float* value, float* shown);

// Trilinear, of values cut as above, place by place: index = affine(place). plain.
class CtSampler {
 public:
  // `grid_mm_from_place` takes places (mm) to the grid's frame. The grid must outlive the sampler.
  CtSampler(const CtGrid& grid, const Eigen::Isometry3d& grid_mm_from_place);

  // False outside the grid or where a neighbour is unseen.
  bool operator()(float x, float y, float z, float& value) const {
    const float i = m_[0] * x + m_[1] * y + m_[2] * z + m_[3];
    const float j = m_[4] * x + m_[5] * y + m_[6] * z + m_[7];
    const float k = m_[8] * x + m_[9] * y + m_[10] * z + m_[11];
    if (!(i >= 0 && j >= 0 && k >= 0 && i < last_[0] && j < last_[1] && k < last_[2])) return false;
    const auto a = static_cast<std::int32_t>(i), b = static_cast<std::int32_t>(j),
               c = static_cast<std::int32_t>(k);
    const std::int16_t* p = values_ + (static_cast<std::ptrdiff_t>(c) * slice_ +
                                       static_cast<std::ptrdiff_t>(b) * row_ + a);
    const std::int16_t* q = p + slice_;
    if ((p[0] == unseen_) | (p[1] == unseen_) | (p[row_] == unseen_) | (p[row_ + 1] == unseen_) |
        (q[0] == unseen_) | (q[1] == unseen_) | (q[row_] == unseen_) | (q[row_ + 1] == unseen_))
      return false;
    const float u = i - static_cast<float>(a), v = j - static_cast<float>(b),
                w = k - static_cast<float>(c);
    value = mix(mix(pair(p, u), pair(p + row_, u), v), mix(pair(q, u), pair(q + row_, u), v), w);
    return true;
  }

 private:
  static float mix(float a, float b, float t) { return a + t * (b - a); }
  static float pair(const std::int16_t* p, float u) {
    return mix(std::clamp(p[0], least_hounsfield, most_hounsfield),
               std::clamp(p[1], least_hounsfield, most_hounsfield), u);
  }

  const std::int16_t* values_;
  std::array<float, 12> m_{};
  std::array<float, 3> last_{};
  std::ptrdiff_t row_, slice_;
  std::int32_t unseen_;
};

}  // namespace trocar
