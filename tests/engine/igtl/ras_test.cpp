#include "engine/igtl/ras.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace trocar;
using namespace trocar::igtl;

TEST_CASE("H8: (1, 2, 3) in LPS is (-1, -2, 3) in RAS, by each road, and back") {
  const Point<Preop> lps{{1, 2, 3}};
  const Eigen::Vector3d expected(-1, -2, 3);
  CHECK(ras_from_lps(lps).mm == expected);
  CHECK((ras_from_preop() * lps).mm == expected);
  CHECK(lps_from_ras(ras_from_lps(lps)).mm == lps.mm);
}

TEST_CASE("H8: handedness survives the change of side") {
  CHECK(is_rigid(ras_from_preop().matrix(), 0.0));
  // A left hand: thumb L, fingers P, back S. Its signed volume must keep its sign.
  const Eigen::Vector3d thumb = (ras_from_preop() * Offset<Preop>{{1, 0, 0}}).mm;
  const Eigen::Vector3d fingers = (ras_from_preop() * Offset<Preop>{{0, 1, 0}}).mm;
  const Eigen::Vector3d back = (ras_from_preop() * Offset<Preop>{{0, 0, 1}}).mm;
  CHECK(thumb.cross(fingers).dot(back) == Approx(1.0));
  CHECK(thumb == Eigen::Vector3d(-1, 0, 0));  // the patient's left is at negative R
}

TEST_CASE("distances are the same on both sides") {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> mm(-300, 300);
  for (int i = 0; i < 100; ++i) {
    const Point<Preop> a{{mm(random), mm(random), mm(random)}};
    const Point<Preop> b{{mm(random), mm(random), mm(random)}};
    CHECK(distance_mm(ras_from_lps(a), ras_from_lps(b)) == distance_mm(a, b));
  }
}
