#pragma once
#include <Eigen/Geometry>

#include "engine/base/transform.hpp"

namespace trocar::igtl {

// The one place where patient coordinates change sides: DICOM's LPS (left, posterior, superior)
// inside, Slicer's RAS on the wire. The same matrix both ways, and a proper rotation (half a turn
// about the superior axis), so handedness stays (H8).
inline Transform<Ras, Preop> ras_from_preop() {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear().diagonal() = Eigen::Vector3d(-1, -1, 1);
  return Transform<Ras, Preop>::declare(m);  // CLAIM: R = -L, A = -P, S = S, by definition
}

inline Point<Ras> ras_from_lps(const Point<Preop>& p) { return {{-p.mm.x(), -p.mm.y(), p.mm.z()}}; }
inline Point<Preop> lps_from_ras(const Point<Ras>& p) { return {{-p.mm.x(), -p.mm.y(), p.mm.z()}}; }

}  // namespace trocar::igtl
