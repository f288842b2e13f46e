#include "engine/registration/ct_bone_mask.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace trocar {
namespace {

constexpr double shell_mm = 2.0;  // round the label: both sides of the bone's surface

using Index = std::array<int, 3>;

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
  const auto begin = labels.labels.begin() + static_cast<std::ptrdiff_t>(grid_offset(
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
        row[x] = in ? labels.labels[grid_offset(g.size, i.x(), i.y(), i.z())] : std::uint16_t{0};
      }
    }
  }
  return out;
}

}  // namespace

CtGrid bone_mask(const CtGrid& crop, const LabelVolume& labels, int label) {
  const std::vector<std::uint16_t> bones = labels_on(crop, labels);
  const std::vector<Index> round = ball(crop.spacing_mm, shell_mm);
  auto mask = std::make_shared<std::vector<std::int16_t>>(bones.size());
  const auto& n = crop.size;
  for (int z = 0; z < n[2]; ++z) {
    for (int y = 0; y < n[1]; ++y) {
      for (int x = 0; x < n[0]; ++x) {
        const std::size_t i = grid_offset(n, x, y, z);
        if (bones[i] != label) continue;
        (*mask)[i] = bone_mask_whole;
        const bool inner = x > 0 && x + 1 < n[0] && bones[i - 1] == label && bones[i + 1] == label;
        if (inner && y > 0 && y + 1 < n[1] && z > 0 && z + 1 < n[2] &&
            bones[grid_offset(n, x, y - 1, z)] == label &&
            bones[grid_offset(n, x, y + 1, z)] == label &&
            bones[grid_offset(n, x, y, z - 1)] == label &&
            bones[grid_offset(n, x, y, z + 1)] == label)
          continue;
        for (const Index& d : round) {
          const int u = x + d[0], v = y + d[1], w = z + d[2];
          if (u < 0 || v < 0 || w < 0 || u >= n[0] || v >= n[1] || w >= n[2]) continue;
          const std::size_t k = grid_offset(n, u, v, w);
          if (bones[k] == 0) (*mask)[k] = bone_mask_whole;
        }
      }
    }
  }
  CtGrid out = crop;
  out.values = std::move(mask);
  return out;
}

std::map<int, LabelExtent> label_extents(const LabelVolume& labels) {
  std::map<int, LabelExtent> out;
  const VolumeGeometry& g = labels.geometry;
  std::map<int, Eigen::Vector3d> sums;
  const auto width = static_cast<std::size_t>(g.size[0]);
  for (int z = 0; z < g.size[2]; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      const std::uint16_t* row = labels.labels.data() + grid_offset(g.size, 0, y, z);
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

}  // namespace trocar
