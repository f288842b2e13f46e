#pragma once
#include "engine/model/ct_volume.hpp"

namespace trocar {

// Calls f(label, centre) for every voxel that has a label.
template <class F>
void for_each_labelled(const LabelVolume& of, F f) {
  const VolumeGeometry& g = of.geometry;
  std::size_t at = 0;
  for (int z = 0; z < g.size[2]; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      for (int x = 0; x < g.size[0]; ++x, ++at) {
        if (of.labels[at] != 0) f(of.labels[at], g.at(Eigen::Vector3d(x, y, z)));
      }
    }
  }
}

}  // namespace trocar
