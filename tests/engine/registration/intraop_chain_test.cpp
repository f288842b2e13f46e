#include "engine/registration/intraop_chain.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;

namespace {

Eigen::Isometry3d posed(const Eigen::Vector3d& axis, double rad, const Eigen::Vector3d& shift) {
  return Eigen::Translation3d(shift) * Eigen::AngleAxisd(rad, axis.normalized());
}

const auto preop_from_intraop =
    Transform<Preop, Intraop>::declare(posed({1, 2, 3}, 0.4, {10, -20, 300}));
const auto reference_from_intraop =
    Transform<Reference, Intraop>::declare(posed({-1, 0, 2}, 1.1, {-40, 5, 60}));

const BoneModel& bone() {
  static const BoneModel model = [] {
    BoneModel m;
    m.centre_mm = {5, 6, 7};
    BoneSamples& s = m.levels[static_cast<std::size_t>(CtLevel::fine)];
    std::mt19937 random(3);
    std::uniform_real_distribution<float> in(-20, 20);
    for (int i = 0; i < 400; ++i) {
      s.x.push_back(in(random));
      s.y.push_back(in(random));
      s.z.push_back(in(random));
    }
    return m;
  }();
  return model;
}

CtRegistration found() { return {3, preop_from_intraop, {Matrix6::Zero(), {bone().centre_mm}}}; }
ReferenceInScan plate() { return {reference_from_intraop, {}, 0.12}; }

// A small motion (turn, shift) of To about `center`.
template <class To>
Transform<To, To> small(const Eigen::Matrix<double, 6, 1>& e, const Point<To>& center) {
  const Eigen::Vector3d turn = e.head<3>();
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  if (turn.norm() > 0) m.linear() = Eigen::AngleAxisd(turn.norm(), turn.normalized()).matrix();
  m.translation() = center.mm + e.tail<3>() - m.linear() * center.mm;
  return Transform<To, To>::declare(m);
}

}  // namespace

TEST_CASE("the scan that shows bone and plate carries a point of the reference to the bone") {
  const Registration r = through_scan({1}, found(), bone(), plate(), true);
  CHECK(r.vertebra->index == 1);
  CHECK(r.more);
  CHECK(r.fre_mm == 0.12);
  const Point<Intraop> p{{12, 34, 56}};
  CHECK(distance_mm(r.preop_from_reference * (reference_from_intraop * p), preop_from_intraop * p) <
        1e-9);
}

TEST_CASE("its region spans the bone") {
  const Registration r = through_scan({1}, found(), bone(), plate(), false);
  REQUIRE(r.points.size() == 14);
  Eigen::AlignedBox3d box;
  for (const Point<Preop>& p : r.points) box.extend(p.mm - bone().centre_mm);
  CHECK(box.min().maxCoeff() < -19);
  CHECK(box.max().minCoeff() > 19);
}

TEST_CASE("the covariance is that of many draws of both errors") {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  const Eigen::Matrix<double, 6, 1> sd_bone =
      (Eigen::Matrix<double, 6, 1>() << 0.002, 0.001, 0.003, 0.05, 0.08, 0.03).finished();
  const Eigen::Matrix<double, 6, 1> sd_plate =
      (Eigen::Matrix<double, 6, 1>() << 0.004, 0.002, 0.001, 0.1, 0.06, 0.2).finished();
  CtRegistration b = found();
  b.covariance.theta_t = sd_bone.cwiseAbs2().asDiagonal();
  ReferenceInScan p = plate();
  p.covariance = {Matrix6(sd_plate.cwiseAbs2().asDiagonal()), {{30, -10, 5}}};
  const Registration told = through_scan({0}, b, bone(), p, false);
  const Point<Preop> target{bone().centre_mm + Eigen::Vector3d(15, -25, 10)};
  const Point<Reference> there = told.preop_from_reference.inverse() * target;
  const auto draw = [&](const Eigen::Matrix<double, 6, 1>& sd) {
    Eigen::Matrix<double, 6, 1> e;
    for (int k = 0; k < 6; ++k) e[k] = sd[k] * normal(random);
    return e;
  };
  Eigen::Matrix3d seen = Eigen::Matrix3d::Zero();
  constexpr int draws = 20000;
  for (int i = 0; i < draws; ++i) {
    const auto bone_off = small(draw(sd_bone), b.covariance.center) * preop_from_intraop;
    const auto plate_off = small(draw(sd_plate), p.covariance.center) * reference_from_intraop;
    const Eigen::Vector3d e = (bone_off * (plate_off.inverse() * there)).mm - target.mm;
    seen += e * e.transpose() / draws;
  }
  CHECK((seen - told.covariance.at(target)).norm() < 0.05 * seen.norm());
}
