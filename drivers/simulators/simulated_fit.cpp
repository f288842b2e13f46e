#include "drivers/simulators/simulated_fit.hpp"

#include <Eigen/Eigenvalues>
#include <cassert>
#include <cmath>

namespace trocar {
namespace {

using Points = std::span<const Eigen::Vector3d>;

Eigen::Vector3d mean(Points points) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (const auto& p : points) sum += p;
  return sum / static_cast<double>(points.size());
}

// Horn 1987, section 4.A: the matrix whose largest eigenvector is the rotation's quaternion.
Eigen::Matrix4d horn_matrix(const Eigen::Matrix3d& s) {
  Eigen::Matrix4d n;
  n << s(0, 0) + s(1, 1) + s(2, 2), s(1, 2) - s(2, 1), s(2, 0) - s(0, 2), s(0, 1) - s(1, 0),  //
      s(1, 2) - s(2, 1), s(0, 0) - s(1, 1) - s(2, 2), s(0, 1) + s(1, 0), s(2, 0) + s(0, 2),   //
      s(2, 0) - s(0, 2), s(0, 1) + s(1, 0), -s(0, 0) + s(1, 1) - s(2, 2), s(1, 2) + s(2, 1),  //
      s(0, 1) - s(1, 0), s(2, 0) + s(0, 2), s(1, 2) + s(2, 1), -s(0, 0) - s(1, 1) + s(2, 2);
  return n;
}

}  // namespace

SimulatedFit fit_simulated_body(Points body, Points seen) {
  assert(body.size() == seen.size() && body.size() >= 3);
  const Eigen::Vector3d body_mean = mean(body);
  const Eigen::Vector3d seen_mean = mean(seen);
  Eigen::Matrix3d s = Eigen::Matrix3d::Zero();
  for (std::size_t i = 0; i < body.size(); ++i) {
    s += (body[i] - body_mean) * (seen[i] - seen_mean).transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(horn_matrix(s));
  const Eigen::Vector4d q = solver.eigenvectors().col(3);
  SimulatedFit fit{Eigen::Quaterniond(q[0], q[1], q[2], q[3]).normalized(), {}, 0, 0};
  fit.translation_mm = seen_mean - fit.rotation * body_mean;
  double sum = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const double r = (fit.rotation * body[i] + fit.translation_mm - seen[i]).norm();
    fit.worst_mm = std::max(fit.worst_mm, r);
    sum += r * r;
  }
  fit.rms_mm = std::sqrt(sum / static_cast<double>(body.size()));
  return fit;
}

}  // namespace trocar
