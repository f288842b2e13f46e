#pragma once
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <vector>

namespace trocar::phantom {

// Where the voxels lie in preop (LPS, mm): axes parallel to x, y, z, the first voxel's centre at
// `origin_mm`.
struct Grid {
  std::array<std::size_t, 3> size{};
  Eigen::Vector3d spacing_mm;
  Eigen::Vector3d origin_mm;

  [[nodiscard]] std::size_t count() const { return size[0] * size[1] * size[2]; }
  [[nodiscard]] std::size_t index(std::size_t x, std::size_t y, std::size_t z) const {
    return (z * size[1] + y) * size[0] + x;
  }
  [[nodiscard]] Eigen::Vector3d center(std::size_t x, std::size_t y, std::size_t z) const {
    return origin_mm + spacing_mm.cwiseProduct(Eigen::Vector3d(
                           static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)));
  }
};

template <class Voxel>
struct Volume {
  Grid grid;
  std::vector<Voxel> voxels;  // x fastest, then y, then z
};

}  // namespace trocar::phantom
