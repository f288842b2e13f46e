#pragma once
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/Geometry>
#include <random>
#include <vector>

#include "engine/data/pose_covariance.hpp"

// Seeded randomness shared by the tests of this folder.
namespace trocar::simulate {

using Random = std::mt19937_64;

inline Eigen::Vector3d gauss3(Random& random) {
  std::normal_distribution<double> normal;
  const double x = normal(random);
  const double y = normal(random);
  return {x, y, normal(random)};
}

// Draws errors of a given covariance.
class Noise {
 public:
  explicit Noise(const Eigen::Matrix3d& covariance) {
    Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> eigen(covariance);
    root_ = eigen.eigenvectors() * eigen.eigenvalues().cwiseMax(0.0).cwiseSqrt().asDiagonal();
  }
  Eigen::Vector3d operator()(Random& random) const { return root_ * gauss3(random); }

 private:
  Eigen::Matrix3d root_;
};

inline Eigen::Matrix3d random_rotation(Random& random) {
  std::normal_distribution<double> normal;
  Eigen::Vector4d q;
  for (int i = 0; i < 4; ++i) q(i) = normal(random);
  return Eigen::Quaterniond(q.normalized()).toRotationMatrix();
}

template <class To, class From>
Transform<To, From> random_transform(Random& random, double extent_mm) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = random_rotation(random);
  m.translation() = extent_mm * gauss3(random);
  return Transform<To, From>::declare(m);  // CLAIM: simulated truth
}

template <class F>
std::vector<Point<F>> random_points(Random& random, std::size_t n, double sigma_mm) {
  std::vector<Point<F>> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back({sigma_mm * gauss3(random)});
  return out;
}

// A covariance with the given standard deviations along random axes.
inline Eigen::Matrix3d random_covariance(Random& random, const Eigen::Vector3d& sigmas_mm) {
  const Eigen::Matrix3d r = random_rotation(random);
  return r * sigmas_mm.cwiseAbs2().asDiagonal() * r.transpose();
}

// Turn by |theta| about theta through `center`, then shift: the finite form of a pose error.
template <class To>
Transform<To, To> small_motion(const Eigen::Matrix<double, 6, 1>& theta_t,
                               const Point<To>& center) {
  const Eigen::Vector3d theta = theta_t.head<3>();
  const Eigen::Vector3d shift = theta_t.tail<3>();
  const double angle = theta.norm();
  const Eigen::Vector3d axis =
      angle > 0 ? Eigen::Vector3d(theta / angle) : Eigen::Vector3d::UnitX();
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = Eigen::AngleAxisd(angle, axis).toRotationMatrix();
  m.translation() = center.mm + shift - m.linear() * center.mm;
  return Transform<To, To>::declare(m);  // CLAIM: simulated error
}

}  // namespace trocar::simulate
