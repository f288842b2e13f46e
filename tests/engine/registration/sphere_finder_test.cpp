#include "engine/registration/sphere_finder.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;
using namespace trocar::simulate;

namespace {

constexpr SphereSearch search_5mm{5.0, 1500};

std::vector<Ball> plate(const ScanOptions& o, double radius_mm, double hu) {
  const VolumeGeometry g = oblique(o);
  const Eigen::Vector3d middle = g.at(0.5 * Eigen::Vector3d(o.size[0], o.size[1], o.size[2])).mm;
  std::vector<Ball> balls;
  for (const Eigen::Vector3d& p : plate_mm())
    balls.push_back({{middle + 0.5 * (p + Eigen::Vector3d(0, 0, 23))}, radius_mm, hu});
  return balls;
}

double error_mm(const std::vector<FoundSphere>& found, const Ball& truth) {
  double least = 1e9;
  for (const FoundSphere& s : found) least = std::min(least, distance_mm(s.center, truth.center));
  return least;
}

}  // namespace

TEST_CASE("seven ceramic spheres of 5 mm are found within 0.1 mm in a noisy 0.6 mm scan") {
  const ScanOptions o;
  Random random(11);
  const auto balls = plate(o, 2.5, 2600);
  const auto found = find_spheres(scan_of(balls, o, random), search_5mm);
  REQUIRE(found);
  CHECK(found.value().size() == balls.size());
  for (const Ball& b : balls) CHECK(error_mm(found.value(), b) < 0.1);
}

TEST_CASE("small metal beads and thick slices are found too, less exactly") {
  ScanOptions o;
  o.spacing_mm = {0.5, 0.5, 1.25};
  o.size = {150, 150, 60};
  Random random(12);
  const auto balls = plate(o, 1.5, 8000);
  const auto found = find_spheres(scan_of(balls, o, random), {3.0, 1500});
  REQUIRE(found);
  CHECK(found.value().size() == balls.size());
  for (const Ball& b : balls) CHECK(error_mm(found.value(), b) < 0.2);
}

TEST_CASE("balls of another size, rods and blocks of bright material are no spheres of the plate") {
  const ScanOptions o;
  Random random(13);
  const VolumeGeometry g = oblique(o);
  std::vector<Ball> balls;
  const auto at = [&](double x, double y, double z) {
    return Point<Intraop>{g.at(Eigen::Vector3d(x, y, z)).mm};
  };
  balls.push_back({at(20, 20, 20), 4.5, 2600});                                   // too large
  balls.push_back({at(60, 20, 20), 1.0, 2600});                                   // too small
  for (int i = 0; i < 40; ++i) balls.push_back({at(20 + i, 60, 50), 1.0, 2600});  // a rod
  for (int i = 0; i < 8; ++i) balls.push_back({at(80 + i, 90, 70), 2.5, 2600});   // a stub
  balls.push_back({at(90, 40, 60), 2.5, 2600});                                   // the one
  const auto found = find_spheres(scan_of(balls, o, random), search_5mm);
  REQUIRE(found);
  REQUIRE(found.value().size() == 1);
  CHECK(distance_mm(found.value()[0].center, balls.back().center) < 0.1);
}

TEST_CASE("spheres that touch each other or the border are left out, the others are not hurt") {
  const ScanOptions o;
  Random random(14);
  const VolumeGeometry g = oblique(o);
  const auto at = [&](double x, double y, double z) {
    return Point<Intraop>{g.at(Eigen::Vector3d(x, y, z)).mm};
  };
  const std::vector<Ball> balls{{at(40, 40, 40), 2.5, 2600},
                                {at(47, 40, 40), 2.5, 2600},
                                {at(1, 60, 50), 2.5, 2600},
                                {at(80, 80, 60), 2.5, 2600}};
  const auto found = find_spheres(scan_of(balls, o, random), search_5mm);
  REQUIRE(found);
  REQUIRE(found.value().size() == 1);
  CHECK(distance_mm(found.value()[0].center, balls[3].center) < 0.1);
}

TEST_CASE("spheres over skin, half in air, keep their centre") {
  ScanOptions o;
  o.background_hu = -1000;
  Random random(15);
  const auto balls = plate(o, 2.5, 2600);
  const auto found = find_spheres(scan_of(balls, o, random), search_5mm);
  REQUIRE(found);
  CHECK(found.value().size() == balls.size());
  for (const Ball& b : balls) CHECK(error_mm(found.value(), b) < 0.1);
}

TEST_CASE("an empty scan has no spheres, and a scan full of them is refused") {
  ScanOptions o;
  Random random(16);
  const auto none = find_spheres(scan_of({}, o, random), search_5mm);
  REQUIRE(none);
  CHECK(none.value().empty());
  o.size = {120, 120, 120};
  std::vector<Ball> many;
  const VolumeGeometry g = oblique(o);
  for (int x = 10; x < 115; x += 20)
    for (int y = 10; y < 115; y += 20)
      for (int z = 10; z < 115; z += 20)
        many.push_back({{g.at(Eigen::Vector3d(x, y, z)).mm}, 2.5, 2600});
  const auto full = find_spheres(scan_of(many, o, random), search_5mm);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == Code::out_of_range);
}

TEST_CASE("the same scan gives the same spheres to the bit") {
  const ScanOptions o;
  Random random(17);
  const IntraopVolume ct = scan_of(plate(o, 2.5, 2600), o, random);
  const auto a = find_spheres(ct, search_5mm), b = find_spheres(ct, search_5mm);
  REQUIRE(a);
  REQUIRE(b);
  REQUIRE(a.value().size() == b.value().size());
  for (std::size_t i = 0; i < a.value().size(); ++i)
    CHECK(a.value()[i].center.mm == b.value()[i].center.mm);
}
