#include "engine/registration/ball_voxels.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/simulate_spheres.hpp"

using namespace trocar;
using namespace trocar::simulate;

namespace {

IntraopVolume scan(const Eigen::Vector3d& spacing_mm, const std::array<int, 3>& size) {
  ScanOptions o;
  o.spacing_mm = spacing_mm;
  o.size = size;
  Random random(1);
  return scan_of({}, o, random);
}

}  // namespace

TEST_CASE("a thick voxel is averaged over what it is thicker, along that axis; a cube is a point") {
  ScanOptions o;
  o.spacing_mm = {0.5, 0.5, 1.25};
  const VolumeGeometry g = oblique(o);
  double weight = 0, variance = 0;
  for (const ProfileNode& n : voxel_profile(g)) {
    weight += n.weight;
    variance += n.weight * n.offset_mm.squaredNorm();
    CHECK(n.offset_mm.cross(g.direction.col(2)).norm() < 1e-12);
  }
  CHECK(weight == Approx(1.0));
  // A box of width w has the variance w^2 / 12; that of the pixel is blur.
  CHECK(variance == Approx((1.25 * 1.25 - 0.5 * 0.5) / 12));
  o.spacing_mm = {0.6, 0.6, 0.61};
  CHECK(voxel_profile(oblique(o)).size() == 1);
}

TEST_CASE("the voxels within reach are used, in a block whose strides lead to neighbours") {
  const IntraopVolume ct = scan({0.5, 0.6, 0.8}, {30, 30, 30});
  const Point<Intraop> start = ct.at({14.3, 15.1, 13.8});
  const auto taken = take_ball_voxels(ct, start, 3.0);
  REQUIRE(taken);
  const BallVoxels& b = taken.value();
  std::size_t used = 0;
  for (std::size_t i = 0; i < b.mm.size(); ++i) {
    CHECK(b.used[i] == ((b.mm[i] - start.mm).norm() <= 3.0));
    used += b.used[i] ? 1 : 0;
  }
  CHECK(b.used_count == used);
  // As many as fit into the sphere, to its surface.
  CHECK(static_cast<double>(used) == Approx(4.0 / 3 * M_PI * 27 / (0.5 * 0.6 * 0.8)).epsilon(0.05));
  for (std::size_t axis = 0; axis < 3; ++axis)
    CHECK((b.mm[b.stride(axis)] - b.mm[0]).norm() ==
          Approx(ct.voxels().geometry.spacing_mm[static_cast<Eigen::Index>(axis)]));
}

TEST_CASE("a place whose surroundings the volume does not hold is an error") {
  const IntraopVolume ct = scan({0.6, 0.6, 0.6}, {20, 20, 20});
  const auto taken = take_ball_voxels(ct, ct.at({3, 10, 10}), 3.0);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::out_of_range);
}
