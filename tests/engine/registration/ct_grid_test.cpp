#include "engine/registration/ct_grid.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <random>

#include "engine/registration/ct_sampler.hpp"

using namespace trocar;
using Eigen::Vector3d;

namespace {

// Values that grow linearly: trilinear interpolation and means of it are exact.
std::shared_ptr<CtVolume> ramp() {
  auto v = std::make_shared<CtVolume>();
  v->geometry.size = {12, 10, 8};
  v->geometry.spacing_mm = {0.5, 1.0, 2.0};
  v->geometry.origin = {{100, -50, 20}};
  v->geometry.direction = Eigen::AngleAxisd(0.3, Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  for (int z = 0; z < 8; ++z)
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 12; ++x)
        v->hounsfield.push_back(static_cast<std::int16_t>(10 * x + 20 * y + 40 * z));
  return v;
}

double ramp_at(const VolumeGeometry& g, const Vector3d& mm) {
  return Vector3d(10, 20, 40).dot(g.index_of({mm}));
}

std::optional<float> sampled(const CtGrid& grid, const Vector3d& mm) {
  const CtSampler sample(grid, Eigen::Isometry3d::Identity());
  float value = 0;
  const Eigen::Vector3f p = mm.cast<float>();
  return sample(p.x(), p.y(), p.z(), value) ? std::optional(value) : std::nullopt;
}

}  // namespace

TEST_CASE("between voxels the value is interpolated, outside there is none") {
  const auto v = ramp();
  const CtGrid grid = grid_of(v);
  const Vector3d inside = v->geometry.at({4.3, 2.7, 5.1}).mm;
  REQUIRE(sampled(grid, inside));
  CHECK(*sampled(grid, inside) == Approx(ramp_at(v->geometry, inside)).margin(0.01));
  CHECK_FALSE(sampled(grid, v->geometry.at({-0.1, 3, 3}).mm));
  CHECK_FALSE(sampled(grid, v->geometry.at({3, 3, 7.1}).mm));
}

TEST_CASE("a place is taken to the grid by the sampler's pose") {
  const auto v = ramp();
  const CtGrid grid = grid_of(v);
  Eigen::Isometry3d pose = Eigen::Isometry3d::Identity();
  pose.translation() = v->geometry.at({3, 3, 3}).mm;
  float value = 0;
  REQUIRE(CtSampler(grid, pose)(0, 0, 0, value));
  CHECK(value == Approx(210).margin(0.01));
}

namespace {

// A grid of noise with some voxels unseen, and places in and around it.
struct Noise {
  CtGrid grid;
  std::vector<float> x, y, z;

  explicit Noise(const std::array<int, 3>& size, std::size_t places) {
    std::mt19937 random(5);
    grid.size = size;
    auto values = std::make_shared<std::vector<std::int16_t>>();
    for (int i = 0; i < size[0] * size[1] * size[2]; ++i) {
      const auto v = static_cast<std::int16_t>(static_cast<int>(random() % 4000) - 1000);
      values->push_back(random() % 50 == 0 ? std::int16_t{-2000} : v);
    }
    grid.values = values;
    grid.unseen = -2000;
    std::uniform_real_distribution<float> within(-2.0F, 14.0F);
    for (std::size_t i = 0; i < places; ++i) {
      x.push_back(within(random));
      y.push_back(within(random));
      z.push_back(within(random));
    }
  }
};

}  // namespace

TEST_CASE("many places at once give the bits of one place after the other") {
  Eigen::Isometry3d pose(Eigen::AngleAxisd(0.2, Vector3d(3, 1, 2).normalized()));
  pose.translation() = Vector3d(0.3, -0.4, 0.2);
  for (const std::size_t places : {std::size_t{1}, std::size_t{7}, std::size_t{1003}}) {
    const Noise noise({13, 11, 9}, places);
    std::vector<float> value(places), shown(places);
    const std::size_t count =
        sample_places(noise.grid, pose, {noise.x.data(), noise.y.data(), noise.z.data(), places},
                      value.data(), shown.data());
    const CtSampler one(noise.grid, pose);
    std::size_t expected = 0;
    for (std::size_t i = 0; i < places; ++i) {
      float v = 0;
      const bool seen = one(noise.x[i], noise.y[i], noise.z[i], v);
      expected += seen ? 1 : 0;
      CHECK(shown[i] == (seen ? 1.0F : 0.0F));
      CHECK(value[i] == (seen ? v : 0.0F));
    }
    CHECK(count == expected);
    if (places > 1000) CHECK((expected > 100 && expected < 900));  // both kinds are there
  }
}

TEST_CASE("a grid of one slice shows nothing between its slices") {
  const Noise flat({13, 11, 1}, 20);
  std::vector<float> value(20), shown(20);
  CHECK(sample_places(flat.grid, Eigen::Isometry3d::Identity(),
                      {flat.x.data(), flat.y.data(), flat.z.data(), 20}, value.data(),
                      shown.data()) == 0);
}

TEST_CASE("a mean of voxels lies at their middle and has their mean value") {
  const auto v = ramp();
  const CtGrid half = averaged(grid_of(v), {2, 3, 1});
  CHECK(half.size == std::array<int, 3>{6, 3, 8});
  CHECK((half.spacing_mm - Vector3d(1.0, 3.0, 2.0)).norm() < 1e-12);
  const Vector3d middle = half.mm_of({2, 1, 4});
  CHECK((middle - v->geometry.at({4.5, 4, 4}).mm).norm() < 1e-9);
  REQUIRE(sampled(half, middle));
  CHECK(*sampled(half, middle) == Approx(ramp_at(v->geometry, middle)).margin(0.5));  // rounded
}

TEST_CASE("what a round field leaves out is unseen, also after averaging") {
  auto v = ramp();
  for (int z = 0; z < 8; ++z)
    for (int y = 0; y < 10; ++y)
      for (int x = 0; x < 12; ++x)
        if (std::hypot(x - 5.5, y - 4.5) > 5)
          v->hounsfield[CtVolume::voxel_offset(v->geometry, x, y, z)] = -1024;
  const CtGrid grid = grid_of(v);
  CHECK(grid.unseen == -1024);
  CHECK(sampled(grid, v->geometry.at({5.5, 4.5, 3}).mm));
  CHECK_FALSE(sampled(grid, v->geometry.at({1, 1, 3}).mm));
  const CtGrid half = averaged(grid, {2, 2, 2});
  CHECK_FALSE(sampled(half, v->geometry.at({1, 1, 3}).mm));
  CHECK(sampled(half, v->geometry.at({5.5, 4.5, 3}).mm));
}

TEST_CASE("a volume without a common value in its corners is seen everywhere") {
  CHECK(grid_of(ramp()).unseen == CtGrid::no_unseen);
}

TEST_CASE("metal and air are cut before they outweigh bone") {
  auto v = ramp();
  v->hounsfield[CtVolume::voxel_offset(v->geometry, 0, 0, 0)] = 3071;
  v->hounsfield[CtVolume::voxel_offset(v->geometry, 1, 0, 0)] = -1000;
  const CtGrid same = averaged(grid_of(v), {1, 1, 1});
  CHECK((*same.values)[0] == most_hounsfield);
  CHECK((*same.values)[1] == least_hounsfield);
  CHECK((*same.values)[2] == 20);
}

TEST_CASE("a crop keeps its voxels where they were") {
  const auto v = ramp();
  const CtGrid part = cropped(*v, {2, 3, 1}, {9, 8, 6});
  CHECK(part.size == std::array<int, 3>{8, 6, 6});
  CHECK((part.mm_of({0, 0, 0}) - v->geometry.at({2, 3, 1}).mm).norm() < 1e-9);
  CHECK((*part.values)[0] == v->at(2, 3, 1));
}

TEST_CASE("the factor of each axis brings its spacing near the wanted one") {
  CHECK(factor_for(grid_of(ramp()), 2.0) == std::array<int, 3>{4, 2, 1});
  CHECK(factor_for(grid_of(ramp()), 0.1) == std::array<int, 3>{1, 1, 1});
}
