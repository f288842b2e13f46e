#pragma once
#include <Eigen/LU>
#include <array>

#include "engine/base/transform.hpp"

namespace trocar {

// Where the voxels of a preoperative volume lie. Indices run x fastest; an index that is whole
// names the centre of a voxel. Plain.
struct VolumeGeometry {
  std::array<int, 3> size{};                                // voxels
  Eigen::Vector3d spacing_mm = Eigen::Vector3d::Ones();     // between voxel centres
  Point<Preop> origin;                                      // centre of voxel (0, 0, 0)
  Eigen::Matrix3d direction = Eigen::Matrix3d::Identity();  // columns: unit vectors of the axes

  [[nodiscard]] Point<Preop> at(const Eigen::Vector3d& index) const {
    return {origin.mm + direction * spacing_mm.cwiseProduct(index)};
  }
  // The geometry must have passed examine_geometry (ct_gate.hpp).
  [[nodiscard]] Eigen::Vector3d index_of(const Point<Preop>& p) const {
    return (direction.inverse() * (p.mm - origin.mm)).cwiseQuotient(spacing_mm);
  }
  // Whether p lies in the voxels, or less than margin_mm away from them along each axis.
  [[nodiscard]] bool holds(const Point<Preop>& p, double margin_mm = 0.0) const {
    const Eigen::Vector3d index = index_of(p);
    for (int k = 0; k < 3; ++k) {
      const double margin = 0.5 + margin_mm / spacing_mm[k];
      if (!(index[k] >= -margin && index[k] <= size[static_cast<std::size_t>(k)] - 1 + margin)) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] std::size_t voxels() const {
    return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) *
           static_cast<std::size_t>(size[2]);
  }
};

}  // namespace trocar
