#include "engine/data/pose_covariance.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace trocar;

TEST_CASE("at the centre only the translation counts") {
  PoseCovariance<Preop> c;
  c.theta_t.diagonal() << 1e-4, 1e-4, 1e-4, 0.01, 0.04, 0.09;
  c.center.mm = Eigen::Vector3d(10, 20, 30);
  const Eigen::Vector3d var = c.at(c.center).diagonal();
  CHECK(var.x() == Approx(0.01));
  CHECK(var.y() == Approx(0.04));
  CHECK(var.z() == Approx(0.09));
}

TEST_CASE("a rotation about z moves a point on the x axis along y, the more the further out") {
  PoseCovariance<Preop> c;
  c.theta_t(2, 2) = 1e-4;  // 0.01 rad
  CHECK(c.at({{100, 0, 0}})(1, 1) == Approx(1.0));
  CHECK(c.at({{200, 0, 0}})(1, 1) == Approx(4.0));
  CHECK(c.at({{200, 0, 0}})(0, 0) == Approx(0.0).margin(1e-12));
}

TEST_CASE("the predicted covariance is that of points moved by drawn errors") {
  std::mt19937 random(3);
  std::normal_distribution<double> normal;
  PoseCovariance<Preop> c;
  Eigen::Matrix<double, 6, 6> root = Eigen::Matrix<double, 6, 6>::Zero();
  for (int i = 0; i < 6; ++i) {
    for (int j = 0; j <= i; ++j) root(i, j) = (i < 3 ? 1e-3 : 0.1) * normal(random);
  }
  c.theta_t = root * root.transpose();
  c.center.mm = Eigen::Vector3d(5, -5, 40);
  const Point<Preop> p{{120, 30, -60}};

  Eigen::Matrix3d drawn = Eigen::Matrix3d::Zero();
  constexpr int draws = 40'000;
  for (int i = 0; i < draws; ++i) {
    Eigen::Matrix<double, 6, 1> z;
    for (int k = 0; k < 6; ++k) z(k) = normal(random);
    const Eigen::Matrix<double, 6, 1> error = root * z;
    const Eigen::Vector3d moved =
        error.tail<3>() + error.head<3>().cross(Eigen::Vector3d(p.mm - c.center.mm));
    drawn += moved * moved.transpose() / draws;
  }
  CHECK((drawn - c.at(p)).norm() < 0.03 * c.at(p).norm());  // 4 sigma of 40,000 draws
}
