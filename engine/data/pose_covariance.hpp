#pragma once
#include <Eigen/Core>

#include "engine/base/transform.hpp"

namespace trocar {

// First-order uncertainty of a Transform<To, From>, expressed in To. A point p of To is off by
//   delta_p = delta_t + delta_theta x (p - center),
// with (delta_theta [rad], delta_t [mm]) of zero mean and this covariance. Choosing the centre near
// the measured points keeps rotation and translation nearly uncorrelated.
template <class To>
struct PoseCovariance {
  Eigen::Matrix<double, 6, 6> theta_t = Eigen::Matrix<double, 6, 6>::Zero();
  Point<To> center;

  // Covariance of the position of p, mm^2.
  [[nodiscard]] Eigen::Matrix3d at(const Point<To>& p) const {
    Eigen::Matrix<double, 3, 6> j;
    const Eigen::Vector3d d = p.mm - center.mm;
    j << 0, d.z(), -d.y(), 1, 0, 0,  //
        -d.z(), 0, d.x(), 0, 1, 0,   //
        d.y(), -d.x(), 0, 0, 0, 1;
    return j * theta_t * j.transpose();
  }
};

}  // namespace trocar
