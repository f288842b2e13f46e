#include "engine/registration/ct_bone_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/registration/ct_bone_mask.hpp"

namespace trocar {
namespace {

constexpr double margin_mm = 7.5;  // of the crop: a gradient at the coarse level
constexpr std::array<std::size_t, ct_levels> most_samples{400, 1200, 4000};
// 9000 leave a third more error beside screws, 4000 three times it.
constexpr std::size_t most_of_many = 16000;
constexpr double fine_mm = 0.9;  // finer than the scan's: smoothing follows
constexpr std::array<std::int16_t, ct_levels> least_share{300, 400, 500};  // of `bone_mask_whole`
constexpr std::size_t fewest_samples = 200;

using Index = std::array<int, 3>;

// A crop of the CT and the bone's mask on one grid.
struct Level {
  CtGrid ct, mask;

  [[nodiscard]] Level near_to(double spacing_mm) const {
    const Index factor = factor_for(ct, spacing_mm);
    if (factor == Index{1, 1, 1}) return *this;
    return {averaged(ct, factor), averaged(mask, factor)};
  }
};

// (1 2 1) / 4 along the axes finer than a millimetre: near the blur of the fine level. Beyond the
// grid's faces its outermost voxels go on.
CtGrid smoothed(const CtGrid& grid) {
  const auto side = [&](Eigen::Index axis) { return grid.spacing_mm[axis] < 1.0 ? 1 : 0; };
  const auto weight = [&](Eigen::Index axis, int off) {
    return side(axis) == 0 ? 4 : (off == 0 ? 2 : 1);
  };
  const auto& n = grid.size;
  const auto width = static_cast<std::size_t>(n[0]);
  std::vector<std::int32_t> sums(width + 2);
  auto values = std::make_shared<std::vector<std::int16_t>>(grid.values->size());
  std::int16_t* to = values->data();
  for (int z = 0; z < n[2]; ++z) {
    for (int y = 0; y < n[1]; ++y, to += n[0]) {
      std::fill(sums.begin(), sums.end(), 0);
      for (int k = -side(2); k <= side(2); ++k) {
        for (int j = -side(1); j <= side(1); ++j) {
          const std::int16_t* row =
              grid.values->data() +
              grid_offset(n, 0, std::clamp(y + j, 0, n[1] - 1), std::clamp(z + k, 0, n[2] - 1));
          const std::int32_t w = weight(1, j) * weight(2, k);
          for (std::size_t i = 0; i < width; ++i) sums[i + 1] += w * row[i];
        }
      }
      sums[0] = sums[1];
      sums[width + 1] = sums[width];
      const std::int32_t middle = weight(0, 0), beside = side(0);
      for (std::size_t i = 0; i < width; ++i) {
        const std::int32_t sum = beside * (sums[i] + sums[i + 2]) + middle * sums[i + 1];
        to[i] = static_cast<std::int16_t>((sum + 32) >> 6);
      }
    }
  }
  CtGrid out = grid;
  out.values = std::move(values);
  return out;
}

struct Candidate {
  std::uint32_t at = 0;  // offset in the grid
  float steepness = 0;   // HU/mm, squared
};

// Derivative along the grid's axes at a voxel that is not on its faces, HU/mm.
Eigen::Vector3f slope_at(const CtGrid& ct, std::size_t offset) {
  const std::int16_t* p = ct.values->data() + offset;
  const auto row = static_cast<std::ptrdiff_t>(ct.size[0]), slice = row * ct.size[1];
  const Eigen::Vector3f scale = (0.5 * ct.spacing_mm.cwiseInverse()).cast<float>();
  return {scale.x() * static_cast<float>(p[1] - p[-1]),
          scale.y() * static_cast<float>(p[row] - p[-row]),
          scale.z() * static_cast<float>(p[slice] - p[-slice])};
}

std::vector<Candidate> candidates(const CtGrid& ct, const CtGrid& mask, std::int16_t least) {
  std::vector<Candidate> out;
  const auto many = std::count_if(mask.values->begin(), mask.values->end(),
                                  [least](std::int16_t m) { return m >= least; });
  out.reserve(static_cast<std::size_t>(many));
  for (int z = 1; z + 1 < ct.size[2]; ++z) {
    for (int y = 1; y + 1 < ct.size[1]; ++y) {
      const std::size_t row = grid_offset(ct.size, 0, y, z);
      for (std::size_t i = row + 1; i + 1 < row + static_cast<std::size_t>(ct.size[0]); ++i) {
        if ((*mask.values)[i] < least) continue;
        out.push_back({static_cast<std::uint32_t>(i), slope_at(ct, i).squaredNorm()});
      }
    }
  }
  return out;
}

void keep_steepest(std::vector<Candidate>& all, std::size_t most) {
  if (all.size() <= most) return;
  std::vector<float> sorted;
  sorted.reserve(all.size());
  for (const Candidate& c : all) sorted.push_back(c.steepness);
  const auto cut = sorted.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::nth_element(sorted.begin(), cut, sorted.end(), std::greater<>());
  const float least = *cut;
  std::erase_if(all, [least](const Candidate& c) { return c.steepness < least; });
  if (all.size() > most) all.resize(most);  // equal steepness: the first in order
}

// Numbers the occupied cubes in order of appearance.
class Blocks {
 public:
  std::uint16_t of(const Eigen::Vector3d& p) {
    const Eigen::Vector3i cube = (p / bone_block_mm).array().round().cast<int>();
    const auto [at, fresh] = known_.try_emplace({cube.x(), cube.y(), cube.z()}, known_.size());
    return static_cast<std::uint16_t>(at->second);
  }
  [[nodiscard]] std::size_t count() const { return known_.size(); }

 private:
  std::map<std::array<int, 3>, std::size_t> known_;
};

BoneSamples samples_of(const CtGrid& ct, const std::vector<Candidate>& chosen,
                       const Eigen::Vector3d& centre) {
  BoneSamples out;
  for (auto* column : {&out.x, &out.y, &out.z, &out.value}) column->reserve(chosen.size());
  for (auto& column : out.derivative) column.reserve(chosen.size());
  out.block.reserve(chosen.size());
  Blocks blocks;
  const Eigen::Affine3d mm_from_index = ct.index_from_mm.inverse();
  const Eigen::Matrix3d axes = mm_from_index.linear() * ct.spacing_mm.cwiseInverse().asDiagonal();
  const auto width = static_cast<std::uint32_t>(ct.size[0]);
  const auto height = static_cast<std::uint32_t>(ct.size[1]);
  for (const Candidate& c : chosen) {
    const std::uint32_t row = c.at / width, slice = row / height;
    const Eigen::Vector3d index(c.at % width, row % height, slice);
    const Eigen::Vector3d p = mm_from_index * index - centre;
    const Eigen::Vector3d slope = axes * slope_at(ct, c.at).cast<double>();
    const Eigen::Vector3d turn = p.cross(slope);
    out.x.push_back(static_cast<float>(p.x()));
    out.y.push_back(static_cast<float>(p.y()));
    out.z.push_back(static_cast<float>(p.z()));
    out.value.push_back((*ct.values)[c.at]);
    for (int k = 0; k < 3; ++k) {
      out.derivative[static_cast<std::size_t>(k)].push_back(static_cast<float>(turn[k]));
      out.derivative[static_cast<std::size_t>(k) + 3].push_back(static_cast<float>(slope[k]));
    }
    out.block.push_back(blocks.of(p));
  }
  out.blocks = blocks.count();
  return out;
}

// The bone's box in the CT, with a margin; false when they lie apart.
bool box_in(const VolumeGeometry& ct, const VolumeGeometry& labels, const LabelExtent& extent,
            Index& low, Index& high) {
  Eigen::Vector3d least = Eigen::Vector3d::Constant(1e9), most = -least;
  for (int corner = 0; corner < 8; ++corner) {
    Eigen::Vector3d at;
    for (int k = 0; k < 3; ++k) {
      at[k] = ((corner >> k) & 1) != 0 ? extent.high[static_cast<std::size_t>(k)]
                                       : extent.low[static_cast<std::size_t>(k)];
    }
    const Eigen::Vector3d index = ct.index_of(labels.at(at));
    least = least.cwiseMin(index);
    most = most.cwiseMax(index);
  }
  for (std::size_t k = 0; k < 3; ++k) {
    const auto i = static_cast<Eigen::Index>(k);
    const double margin = margin_mm / ct.spacing_mm[i];
    low[k] = std::max(0, static_cast<int>(std::floor(least[i] - margin)));
    high[k] = std::min(ct.size[k] - 1, static_cast<int>(std::ceil(most[i] + margin)));
    if (high[k] - low[k] < 4) return false;
  }
  return true;
}

}  // namespace

Result<BoneModel> make_bone_model(const CtVolume& preop, const LabelVolume& labels, int label,
                                  const LabelExtent& extent) {
  Index low{}, high{};
  if (!box_in(preop.geometry, labels.geometry, extent, low, high)) {
    return Error{Code::inconsistent,
                 fmt::format("label {}: its voxels lie outside the preoperative CT", label)};
  }
  const CtGrid crop = cropped(preop, low, high);
  const Level whole{crop, bone_mask(crop, labels, label)};
  const Level medium = whole.near_to(ct_level_mm[1]);
  const std::array<Level, ct_levels> levels{medium.near_to(ct_level_mm[0]), medium,
                                            whole.near_to(fine_mm)};
  BoneModel model;
  model.label = label;
  model.centre_mm = extent.centre_mm;
  for (std::size_t level = 0; level < ct_levels; ++level) {
    const bool fine = static_cast<CtLevel>(level) == CtLevel::fine;
    const CtGrid ct = fine ? smoothed(levels[level].ct) : levels[level].ct;
    std::vector<Candidate> chosen = candidates(ct, levels[level].mask, least_share[level]);
    if (fine) {
      keep_steepest(chosen, most_of_many);
      model.many = samples_of(ct, chosen, model.centre_mm);
    }
    keep_steepest(chosen, most_samples[level]);
    model.levels[level] = samples_of(ct, chosen, model.centre_mm);
  }
  constexpr std::size_t fewest_coarse = 20;
  const std::size_t fine = model.at(CtLevel::fine).size();
  const std::size_t coarse = model.at(CtLevel::coarse).size();
  if (fine < fewest_samples || coarse < fewest_coarse) {
    return Error{
        Code::out_of_range,
        fmt::format("label {}: too little of it is in the preoperative CT: expected {} fine "
                    "and {} coarse samples of bone or more, found {} and {}",
                    label, fewest_samples, fewest_coarse, fine, coarse)};
  }
  return model;
}

}  // namespace trocar
