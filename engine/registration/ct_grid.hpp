#pragma once
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/model/ct_volume.hpp"

namespace trocar {

// CT values on a regular grid, in a frame that its owner knows: VolumeGeometry speaks of Preop, and
// the kernel moves between two scans. Values are shared, never changed. plain.
struct CtGrid {
  std::array<int, 3> size{};
  Eigen::Vector3d spacing_mm = Eigen::Vector3d::Ones();
  Eigen::Affine3d index_from_mm = Eigen::Affine3d::Identity();
  std::shared_ptr<const std::vector<std::int16_t>> values;  // x fastest
  // Marks a voxel of which the scanner saw nothing; outside int16 when there is no such voxel.
  std::int32_t unseen = no_unseen;

  static constexpr std::int32_t no_unseen = std::numeric_limits<std::int32_t>::min();

  [[nodiscard]] Eigen::Vector3d mm_of(const Eigen::Vector3d& index) const {
    return index_from_mm.inverse() * index;
  }
};

// The whole volume, no copy. What lies outside a round field is told by its corners: where four
// corner columns carry one and the same value, that value means unseen.
CtGrid grid_of(const std::shared_ptr<const CtVolume>& volume);

// Values are cut to what tells bone from its surroundings: metal, air and lung would otherwise
// outweigh every bone near them once voxels are averaged.
inline constexpr std::int16_t least_hounsfield = -250;
inline constexpr std::int16_t most_hounsfield = 1300;

// Part of a volume as a grid of its own (a copy, values cut). `low` to `high` inclusive, in the
// volume.
CtGrid cropped(const CtVolume& volume, const std::array<int, 3>& low,
               const std::array<int, 3>& high);

// Means of factor[0] x factor[1] x factor[2] voxels, values cut; a mean that holds an unseen voxel
// is unseen. What does not fill a whole block at the far ends is left out.
CtGrid averaged(const CtGrid& grid, const std::array<int, 3>& factor);

// How many voxels of this grid to average so that spacing comes near `target_mm`, per axis.
std::array<int, 3> factor_for(const CtGrid& grid, double target_mm);

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
