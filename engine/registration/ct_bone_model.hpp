#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ct_volume.hpp"
#include "engine/registration/ct_bone_mask.hpp"
#include "engine/registration/ct_pyramid.hpp"
#include "engine/registration/ct_sampler.hpp"

namespace trocar {

// Places of one bone's preoperative image with the value and its derivative there: what a
// registration compares. Places are mm from the model's centre, along the axes of Preop.
struct BoneSamples {
  std::vector<float> x, y, z, value;
  // Derivative of the value by (turn about the centre [1/rad], shift [1/mm]) of the place.
  std::array<std::vector<float>, 6> derivative;
  std::vector<std::uint16_t> block;  // samples of one cube of the bone: what is judged together
  std::size_t blocks = 0;

  [[nodiscard]] std::size_t size() const { return x.size(); }
  // `count` of them from the first on.
  [[nodiscard]] CtPlaces places(std::size_t first, std::size_t count) const {
    return {x.data() + first, y.data() + first, z.data() + first, count};
  }
};

// Cubes of this edge hold the samples that share one word in a score or in a covariance: wide
// against the grain of CT noise (2 to 4 mm), small against a vertebra. Decision 0061.
inline constexpr double bone_block_mm = 12;

// One vertebra as the preoperative CT and its label map show it. Immutable.
struct BoneModel {
  int label = 0;
  Eigen::Vector3d centre_mm = Eigen::Vector3d::Zero();  // Preop
  std::array<BoneSamples, ct_levels> levels;
  BoneSamples many;  // of the fine level, for scores and the last fit

  [[nodiscard]] const BoneSamples& at(CtLevel level) const {
    return levels[static_cast<std::size_t>(level)];
  }
};

// The high-gradient samples of one bone at each level (at most 16000): inside its label, or within
// 2 mm of it and in no other bone. The label map may have a grid of its own. Errors: not_found (no
// such label), out_of_range (fewer than 200 samples: no bone), inconsistent (label and CT apart).
Result<BoneModel> make_bone_model(const CtVolume& preop, const LabelVolume& labels, int label,
                                  const LabelExtent& extent);

}  // namespace trocar
