#include "engine/registration/ct_grid.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/large_pages.hpp"

namespace trocar {
namespace {

constexpr std::int16_t unseen_mark = std::numeric_limits<std::int16_t>::min();

Eigen::Affine3d index_from_mm_of(const VolumeGeometry& g) {
  Eigen::Affine3d mm_from_index = Eigen::Affine3d::Identity();
  mm_from_index.linear() = g.direction * g.spacing_mm.asDiagonal();
  mm_from_index.translation() = g.origin.mm;
  return mm_from_index.inverse();
}

// The value of the four corner columns, if it is one and the same.
std::int32_t unseen_value(const CtVolume& v) {
  const auto& n = v.geometry.size;
  const std::int16_t value = v.at(0, 0, n[2] / 2);
  for (int z = 0; z < n[2]; ++z) {
    for (const int y : {0, n[1] - 1}) {
      if (v.at(0, y, z) != value || v.at(n[0] - 1, y, z) != value) return CtGrid::no_unseen;
    }
  }
  return value;
}

std::int16_t cut(std::int16_t v) {
  return std::min(std::max(v, least_hounsfield), most_hounsfield);
}

// Sums of the columns of one block of rows, and whether an unseen voxel is among them. Sum: 16 bits
// where they hold it, which most blocks do; twice as many are added at a time.
template <class Sum>
struct RowSums {
  std::vector<Sum> sum;
  std::vector<std::int16_t> unseen;

  explicit RowSums(int width)
      : sum(static_cast<std::size_t>(width)), unseen(static_cast<std::size_t>(width)) {}

  // The first row of a block takes the place of what was there.
  void add(const std::int16_t* row, std::int32_t mark, bool first) {
    const std::size_t n = sum.size();
    Sum* to = sum.data();
    if (first) {
      for (std::size_t i = 0; i < n; ++i) to[i] = cut(row[i]);
    } else {
      for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<Sum>(to[i] + cut(row[i]));
    }
    if (mark == CtGrid::no_unseen) return;
    const auto bad = static_cast<std::int16_t>(mark);
    const auto kept = static_cast<std::int16_t>(first ? 0 : -1);
    std::int16_t* out = unseen.data();
    for (std::size_t i = 0; i < n; ++i) {
      out[i] =
          static_cast<std::int16_t>((out[i] & kept) | static_cast<std::int16_t>(row[i] == bad));
    }
  }
};

bool fits_16_bits(const std::array<int, 3>& factor) {
  constexpr int largest = std::max<int>(most_hounsfield, -least_hounsfield);
  return static_cast<std::int64_t>(factor[1]) * factor[2] * largest <=
         std::numeric_limits<std::int16_t>::max();
}

template <class Sum>
void reduce(const RowSums<Sum>& rows, int factor, int voxels, std::int16_t* out, int width) {
  const float scale = 1.0F / static_cast<float>(voxels);
  const Sum* sum = rows.sum.data();
  const std::int16_t* unseen = rows.unseen.data();
  for (int i = 0; i < width; ++i) {
    std::int32_t total = 0, bad = 0;
    for (int k = 0; k < factor; ++k) {
      total += sum[i * factor + k];
      bad |= unseen[i * factor + k];
    }
    const float mean = static_cast<float>(total) * scale;
    out[i] = bad != 0 ? unseen_mark : static_cast<std::int16_t>(mean + (mean < 0 ? -0.5F : 0.5F));
  }
}

template <class Sum>
void average(const CtGrid& grid, const std::array<int, 3>& factor, const std::array<int, 3>& size,
             std::vector<std::int16_t>& values) {
  RowSums<Sum> rows(grid.size[0]);
  const int voxels = factor[0] * factor[1] * factor[2];
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int k = 0; k < factor[2]; ++k) {
        for (int j = 0; j < factor[1]; ++j) {
          rows.add(
              grid.values->data() + grid_offset(grid.size, 0, y * factor[1] + j, z * factor[2] + k),
              grid.unseen, j == 0 && k == 0);
        }
      }
      reduce(rows, factor[0], voxels, values.data() + grid_offset(size, 0, y, z), size[0]);
    }
  }
}

}  // namespace

CtGrid grid_of(const std::shared_ptr<const CtVolume>& volume) {
  // The voxels stay the volume's: the pointer shares its ownership.
  return {volume->geometry.size,
          volume->geometry.spacing_mm,
          index_from_mm_of(volume->geometry),
          {volume, &volume->hounsfield},
          unseen_value(*volume)};
}

CtGrid cropped(const CtVolume& volume, const std::array<int, 3>& low,
               const std::array<int, 3>& high) {
  CtGrid out;
  for (std::size_t k = 0; k < 3; ++k) out.size[k] = high[k] - low[k] + 1;
  out.spacing_mm = volume.geometry.spacing_mm;
  out.index_from_mm =
      Eigen::Translation3d(-low[0], -low[1], -low[2]) * index_from_mm_of(volume.geometry);
  auto values =
      std::make_shared<std::vector<std::int16_t>>(grid_offset(out.size, 0, 0, out.size[2]));
  std::int16_t* to = values->data();
  for (int z = low[2]; z <= high[2]; ++z) {
    for (int y = low[1]; y <= high[1]; ++y) {
      const std::int16_t* row =
          volume.hounsfield.data() + grid_offset(volume.geometry.size, low[0], y, z);
      to = std::transform(row, row + out.size[0], to, cut);
    }
  }
  out.values = std::move(values);
  return out;
}

CtGrid averaged(const CtGrid& grid, const std::array<int, 3>& factor) {
  CtGrid out;
  Eigen::Vector3d f;
  for (std::size_t k = 0; k < 3; ++k) {
    out.size[k] = grid.size[k] / factor[k];
    f[static_cast<Eigen::Index>(k)] = factor[k];
  }
  out.spacing_mm = grid.spacing_mm.cwiseProduct(f);
  const Eigen::Vector3d first = 0.5 * (f - Eigen::Vector3d::Ones());
  out.index_from_mm =
      Eigen::Scaling(f.cwiseInverse()) * Eigen::Translation3d(-first) * grid.index_from_mm;
  out.unseen = grid.unseen == CtGrid::no_unseen ? CtGrid::no_unseen : unseen_mark;
  auto values = std::make_shared<std::vector<std::int16_t>>(
      large_vector<std::int16_t>(grid_offset(out.size, 0, 0, out.size[2])));
  if (fits_16_bits(factor)) {
    average<std::int16_t>(grid, factor, out.size, *values);
  } else {
    average<std::int32_t>(grid, factor, out.size, *values);
  }
  out.values = std::move(values);
  return out;
}

std::array<int, 3> factor_for(const CtGrid& grid, double target_mm) {
  std::array<int, 3> factor{};
  for (std::size_t k = 0; k < 3; ++k) {
    const double whole = std::round(target_mm / grid.spacing_mm[static_cast<Eigen::Index>(k)]);
    factor[k] = std::clamp(static_cast<int>(whole), 1, std::max(1, grid.size[k] / 2));
  }
  return factor;
}

}  // namespace trocar
