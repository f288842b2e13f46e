#pragma once
#include <array>
#include <memory>

#include "engine/registration/ct_grid.hpp"

namespace trocar {

enum class CtLevel : std::uint8_t { coarse, medium, fine };
inline constexpr std::size_t ct_levels = 3;
// Spacing that a level's grid comes near to, mm.
inline constexpr std::array<double, ct_levels> ct_level_mm{4.8, 2.4, 1.2};

// An intraoperative scan at three spacings, built once for all its vertebrae; immutable, so that
// threads may share it. Holds the scan.
class CtPyramid {
 public:
  explicit CtPyramid(const std::shared_ptr<const CtVolume>& intraop);

  [[nodiscard]] const CtGrid& at(CtLevel level) const {
    return grids_[static_cast<std::size_t>(level)];
  }
  // Whether the scanner saw the place (mm, the scan's frame), as the coarse grid tells it.
  [[nodiscard]] bool sees(const Eigen::Vector3d& mm) const;

 private:
  std::array<CtGrid, ct_levels> grids_;
};

}  // namespace trocar
