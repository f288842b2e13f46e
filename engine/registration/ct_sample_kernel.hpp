#pragma once
#include <array>
#include <cstdint>

#include "engine/registration/ct_grid.hpp"

namespace trocar {

// What the kernel needs of a grid: index = m * place, in voxels. Each size is at least 2 and the
// voxels are fewer than 2^30, so that byte offsets fit 32 bits. plain.
struct SamplePlan {
  const std::int16_t* values = nullptr;
  std::array<float, 12> m{};
  std::array<float, 3> last{};
  std::int32_t row = 0, slice = 0;
  std::int32_t unseen = CtGrid::no_unseen;
};

// As sample_places.
std::size_t sample(const SamplePlan& plan, const CtPlaces& places, float* value, float* shown);

}  // namespace trocar
