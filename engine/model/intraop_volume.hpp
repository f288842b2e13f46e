#pragma once
#include <memory>

#include "engine/model/ct_volume.hpp"

namespace trocar {

// A CT that was taken on the table: the voxels of a CtVolume, whose geometry calls the frame of any
// CT Preop, under the frame they truly are in. Who received the series knows, and says it once by
// making this. plain, const.
class IntraopVolume {
 public:
  explicit IntraopVolume(std::shared_ptr<const CtVolume> voxels) : voxels_(std::move(voxels)) {}

  [[nodiscard]] const CtVolume& voxels() const { return *voxels_; }
  // Centre of a voxel, or a place between centres.
  [[nodiscard]] Point<Intraop> at(const Eigen::Vector3d& index) const {
    return {voxels_->geometry.at(index).mm};
  }
  [[nodiscard]] Eigen::Vector3d index_of(const Point<Intraop>& p) const {
    return voxels_->geometry.index_of({p.mm});
  }

 private:
  std::shared_ptr<const CtVolume> voxels_;
};

}  // namespace trocar
