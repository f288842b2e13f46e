#include "engine/registration/ct_bone_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace trocar {
namespace {

constexpr double shell_mm = 2.0;   // round the label: both sides of the bone's surface
constexpr double margin_mm = 7.5;  // of the crop: a gradient at the coarse level
constexpr std::array<std::size_t, ct_levels> most_samples{400, 1200, 4000};
// 9000 leave a third more error beside screws, 4000 three times it.
constexpr std::size_t most_of_many = 16000;
constexpr std::array<std::int16_t, ct_levels> least_share{300, 400, 500};  // of `whole`
constexpr std::int16_t whole = 1000;  // a voxel of the mask; within the cut of values
constexpr std::size_t fewest_samples = 200;

using Index = std::array<int, 3>;

std::size_t offset_in(const Index& size, int x, int y, int z) {
  return static_cast<std::size_t>(x) +
         static_cast<std::size_t>(size[0]) *
             (static_cast<std::size_t>(y) +
              static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
}

// Offsets, in voxels, of the ball round a voxel.
std::vector<Index> ball(const Eigen::Vector3d& spacing_mm, double radius_mm) {
  std::vector<Index> out;
  const Eigen::Array3i reach = (radius_mm / spacing_mm.array()).floor().cast<int>();
  for (int z = -reach.z(); z <= reach.z(); ++z) {
    for (int y = -reach.y(); y <= reach.y(); ++y) {
      for (int x = -reach.x(); x <= reach.x(); ++x) {
        if (spacing_mm.cwiseProduct(Eigen::Vector3d(x, y, z)).norm() <= radius_mm) {
          out.push_back({x, y, z});
        }
      }
    }
  }
  return out;
}

// Part of a row of the map that begins at voxel `at` (its corner, not its centre); 0 outside.
void copy_row(const LabelVolume& labels, const Eigen::Vector3d& at, int width, std::uint16_t* out) {
  const Index& size = labels.geometry.size;
  const Eigen::Array3i first = at.array().floor().cast<int>();
  if (first.y() < 0 || first.z() < 0 || first.y() >= size[1] || first.z() >= size[2]) return;
  const int from = std::max(0, -first.x()), to = std::min(width, size[0] - first.x());
  if (from >= to) return;
  const auto begin = labels.labels.begin() + static_cast<std::ptrdiff_t>(offset_in(
                                                 size, first.x() + from, first.y(), first.z()));
  std::copy(begin, begin + (to - from), out + from);
}

// The labels on the crop's grid: nearest voxel. Along a row of the crop most maps stand still but
// for one axis, on which they step voxel by voxel: such a row is copied.
std::vector<std::uint16_t> labels_on(const CtGrid& crop, const LabelVolume& labels) {
  const VolumeGeometry& g = labels.geometry;
  Eigen::Affine3d label_mm_from_index = Eigen::Affine3d::Identity();
  label_mm_from_index.linear() = g.direction * g.spacing_mm.asDiagonal();
  label_mm_from_index.translation() = g.origin.mm;
  const Eigen::Affine3d to = label_mm_from_index.inverse() * crop.index_from_mm.inverse();
  const Eigen::Vector3d step = to.linear().col(0);
  constexpr double same = 1e-6;  // of a voxel and step: over a row less than any rounding matters
  const bool in_step = (step - Eigen::Vector3d::UnitX()).cwiseAbs().maxCoeff() < same;
  std::vector<std::uint16_t> out(crop.values->size());
  std::uint16_t* row = out.data();
  for (int z = 0; z < crop.size[2]; ++z) {
    for (int y = 0; y < crop.size[1]; ++y, row += crop.size[0]) {
      Eigen::Vector3d at = to * Eigen::Vector3d(0, y, z) + Eigen::Vector3d::Constant(0.5);
      if (in_step) {
        copy_row(labels, at, crop.size[0], row);
        continue;
      }
      for (int x = 0; x < crop.size[0]; ++x, at += step) {
        const Eigen::Array3i i = at.array().floor().cast<int>();
        const bool in =
            (i >= 0).all() && i.x() < g.size[0] && i.y() < g.size[1] && i.z() < g.size[2];
        row[x] = in ? labels.labels[offset_in(g.size, i.x(), i.y(), i.z())] : std::uint16_t{0};
      }
    }
  }
  return out;
}

// The bone and its shell, as a grid that is averaged like the CT.
CtGrid mask_of(const CtGrid& crop, const LabelVolume& labels, int label) {
  const std::vector<std::uint16_t> bones = labels_on(crop, labels);
  const std::vector<Index> round = ball(crop.spacing_mm, shell_mm);
  auto mask = std::make_shared<std::vector<std::int16_t>>(bones.size());
  const auto& n = crop.size;
  for (int z = 0; z < n[2]; ++z) {
    for (int y = 0; y < n[1]; ++y) {
      for (int x = 0; x < n[0]; ++x) {
        const std::size_t i = offset_in(n, x, y, z);
        if (bones[i] != label) continue;
        (*mask)[i] = whole;
        const bool inner = x > 0 && x + 1 < n[0] && bones[i - 1] == label && bones[i + 1] == label;
        if (inner && y > 0 && y + 1 < n[1] && z > 0 && z + 1 < n[2] &&
            bones[offset_in(n, x, y - 1, z)] == label &&
            bones[offset_in(n, x, y + 1, z)] == label &&
            bones[offset_in(n, x, y, z - 1)] == label && bones[offset_in(n, x, y, z + 1)] == label)
          continue;
        for (const Index& d : round) {
          const int u = x + d[0], v = y + d[1], w = z + d[2];
          if (u < 0 || v < 0 || w < 0 || u >= n[0] || v >= n[1] || w >= n[2]) continue;
          const std::size_t k = offset_in(n, u, v, w);
          if (bones[k] == 0) (*mask)[k] = whole;
        }
      }
    }
  }
  CtGrid out = crop;
  out.values = std::move(mask);
  return out;
}

// (1 2 1) / 4 along the axes finer than a millimetre: near the blur of the fine level.
CtGrid smoothed(const CtGrid& grid) {
  CtGrid out = grid;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (grid.spacing_mm[static_cast<Eigen::Index>(axis)] >= 1.0) continue;
    const std::size_t step =
        axis == 0 ? 1 : offset_in(grid.size, 0, axis == 1 ? 1 : 0, axis == 2 ? 1 : 0);
    const std::vector<std::int16_t>& in = *out.values;
    auto values = std::make_shared<std::vector<std::int16_t>>(in);
    std::int16_t* to = values->data();
    const std::int16_t* from = in.data();
    const std::size_t end = in.size() > step ? in.size() - step : 0;
    for (std::size_t i = step; i < end; ++i) {
      to[i] = static_cast<std::int16_t>((from[i - step] + 2 * from[i] + from[i + step] + 2) >> 2);
    }
    out.values = std::move(values);
  }
  return out;
}

struct Candidate {
  Index at{};
  float steepness = 0;    // HU/mm, squared
  Eigen::Vector3f slope;  // HU/mm along the grid's axes
};

std::vector<Candidate> candidates(const CtGrid& ct, const CtGrid& mask, std::int16_t least) {
  std::vector<Candidate> out;
  const Eigen::Vector3f scale = (0.5 * ct.spacing_mm.cwiseInverse()).cast<float>();
  const auto row = static_cast<std::ptrdiff_t>(ct.size[0]);
  const auto slice = row * ct.size[1];
  for (int z = 1; z + 1 < ct.size[2]; ++z) {
    for (int y = 1; y + 1 < ct.size[1]; ++y) {
      for (int x = 1; x + 1 < ct.size[0]; ++x) {
        const std::size_t i = offset_in(ct.size, x, y, z);
        if ((*mask.values)[i] < least) continue;
        const std::int16_t* p = ct.values->data() + i;
        const Eigen::Vector3f slope(scale.x() * static_cast<float>(p[1] - p[-1]),
                                    scale.y() * static_cast<float>(p[row] - p[-row]),
                                    scale.z() * static_cast<float>(p[slice] - p[-slice]));
        out.push_back({{x, y, z}, slope.squaredNorm(), slope});
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
  Blocks blocks;
  const Eigen::Affine3d mm_from_index = ct.index_from_mm.inverse();
  const Eigen::Matrix3d axes = mm_from_index.linear() * ct.spacing_mm.cwiseInverse().asDiagonal();
  for (const Candidate& c : chosen) {
    const Eigen::Vector3d p = mm_from_index * Eigen::Vector3d(c.at[0], c.at[1], c.at[2]) - centre;
    const Eigen::Vector3d slope = axes * c.slope.cast<double>();
    const Eigen::Vector3d turn = p.cross(slope);
    out.x.push_back(static_cast<float>(p.x()));
    out.y.push_back(static_cast<float>(p.y()));
    out.z.push_back(static_cast<float>(p.z()));
    out.value.push_back((*ct.values)[offset_in(ct.size, c.at[0], c.at[1], c.at[2])]);
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

std::map<int, LabelExtent> label_extents(const LabelVolume& labels) {
  std::map<int, LabelExtent> out;
  const VolumeGeometry& g = labels.geometry;
  std::map<int, Eigen::Vector3d> sums;
  const auto width = static_cast<std::size_t>(g.size[0]);
  for (int z = 0; z < g.size[2]; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      const std::uint16_t* row = labels.labels.data() + offset_in(g.size, 0, y, z);
      for (std::size_t x = 0; x < width;) {
        std::uint64_t four = 1;  // most of a row is nothing: four voxels at a time
        if (x + 4 <= width) std::memcpy(&four, row + x, sizeof four);
        if (four == 0) {
          x += 4;
          continue;
        }
        std::size_t end = x + 1;
        while (end < width && row[end] == row[x]) ++end;
        if (row[x] != 0) {
          const auto first = static_cast<int>(x), last = static_cast<int>(end) - 1;
          LabelExtent& e =
              out.try_emplace(row[x],
                              LabelExtent{{first, y, z}, {last, y, z}, 0, Eigen::Vector3d::Zero()})
                  .first->second;
          e.low = {std::min(e.low[0], first), std::min(e.low[1], y), std::min(e.low[2], z)};
          e.high = {std::max(e.high[0], last), std::max(e.high[1], y), std::max(e.high[2], z)};
          const auto n = static_cast<double>(end - x);
          e.voxels += end - x;
          e.centre_mm += n * Eigen::Vector3d(0.5 * (first + last), y, z);
        }
        x = end;
      }
    }
  }
  for (auto& [label, e] : out) e.centre_mm = g.at(e.centre_mm / static_cast<double>(e.voxels)).mm;
  return out;
}

Result<BoneModel> make_bone_model(const CtVolume& preop, const LabelVolume& labels, int label,
                                  const LabelExtent& extent) {
  Index low{}, high{};
  if (!box_in(preop.geometry, labels.geometry, extent, low, high)) {
    return Error{Code::inconsistent,
                 fmt::format("label {}: its voxels lie outside the preoperative CT", label)};
  }
  const CtGrid crop = cropped(preop, low, high);
  const CtGrid mask = mask_of(crop, labels, label);
  BoneModel model;
  model.label = label;
  model.centre_mm = extent.centre_mm;
  for (std::size_t level = 0; level < ct_levels; ++level) {
    const bool fine = static_cast<CtLevel>(level) == CtLevel::fine;
    const std::array<int, 3> factor = factor_for(crop, fine ? 0.9 : ct_level_mm[level]);
    const CtGrid ct = fine ? smoothed(averaged(crop, factor)) : averaged(crop, factor);
    std::vector<Candidate> chosen = candidates(ct, averaged(mask, factor), least_share[level]);
    if (fine) {
      keep_steepest(chosen, most_of_many);
      model.many = samples_of(ct, chosen, model.centre_mm);
    }
    keep_steepest(chosen, most_samples[level]);
    model.levels[level] = samples_of(ct, chosen, model.centre_mm);
  }
  const std::size_t found = model.at(CtLevel::fine).size();
  if (found < fewest_samples || model.at(CtLevel::coarse).size() < 20) {
    return Error{Code::out_of_range,
                 fmt::format("label {}: expected at least {} samples of bone, found {}", label,
                             fewest_samples, found)};
  }
  return model;
}

}  // namespace trocar
