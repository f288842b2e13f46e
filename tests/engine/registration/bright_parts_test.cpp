#include "engine/registration/bright_parts.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>

using namespace trocar;

namespace {

CtVolume dark(std::array<int, 3> size) {
  CtVolume v;
  v.geometry.size = size;
  v.hounsfield.assign(v.geometry.voxels(), -1000);
  return v;
}

void light(CtVolume& v, int x, int y, int z, std::int16_t hu = 2000) {
  v.hounsfield[CtVolume::voxel_offset(v.geometry, x, y, z)] = hu;
}

std::vector<BrightPart> parts_of(const CtVolume& v, int threshold_hu = 1000) {
  const auto parts = find_bright_parts(v, threshold_hu);
  REQUIRE(parts);
  return parts.value();
}

}  // namespace

TEST_CASE("a dark volume has no bright parts, and the threshold itself is not over it") {
  CtVolume v = dark({70, 3, 2});
  CHECK(parts_of(v).empty());
  light(v, 5, 1, 1, 1000);
  CHECK(parts_of(v).empty());
  light(v, 5, 1, 1, 1001);
  CHECK(parts_of(v).size() == 1);
}

TEST_CASE("voxels that share a face are one part, those that share an edge are two") {
  CtVolume v = dark({10, 10, 10});
  for (const auto& [x, y, z] :
       std::vector<std::array<int, 3>>{{2, 2, 2}, {3, 2, 2}, {3, 3, 2}, {3, 3, 3}})
    light(v, x, y, z);
  light(v, 4, 4, 3);
  const auto parts = parts_of(v);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].voxels == 4);
  CHECK(parts[0].low == std::array{2, 2, 2});
  CHECK(parts[0].high == std::array{3, 3, 3});
  CHECK(parts[0].middle().isApprox(Eigen::Vector3d(2.75, 2.5, 2.25)));
  CHECK(parts[1].voxels == 1);
}

TEST_CASE("arms that meet only at the end are one part") {
  CtVolume v = dark({9, 9, 3});
  for (int y = 0; y < 8; ++y) light(v, 1, y, 1), light(v, 7, y, 1);
  for (int x = 1; x < 8; ++x) light(v, x, 8, 1);
  const auto parts = parts_of(v);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0].voxels == 23);
}

TEST_CASE("runs that reach over the blocks of the search and to the border stay whole") {
  CtVolume v = dark({200, 2, 1});
  for (int x = 60; x < 200; ++x) light(v, x, 0, 0);
  light(v, 0, 1, 0);
  const auto parts = parts_of(v);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].voxels == 140);
  CHECK(parts[0].high[0] == 199);
  CHECK(parts[1].voxels == 1);
}

TEST_CASE("the parts of random volumes are those of a flood fill") {
  std::mt19937 random(7);
  const std::vector<std::array<int, 3>> steps{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  for (int round = 0; round < 30; ++round) {
    CtVolume v = dark({67, 9, 8});
    for (auto& hu : v.hounsfield) hu = random() % 100 < 32 ? 2000 : 0;
    // The oracle: spread the smallest index until nothing changes.
    std::vector<std::size_t> label(v.hounsfield.size());
    for (std::size_t i = 0; i < label.size(); ++i) label[i] = i;
    for (bool changed = true; changed;) {
      changed = false;
      for (int z = 0; z < 8; ++z)
        for (int y = 0; y < 9; ++y)
          for (int x = 0; x < 67; ++x)
            for (const auto& [a, b, c] : steps) {
              if (x + a >= 67 || y + b >= 9 || z + c >= 8) continue;
              const std::size_t i = CtVolume::voxel_offset(v.geometry, x, y, z);
              const std::size_t k = CtVolume::voxel_offset(v.geometry, x + a, y + b, z + c);
              if (v.hounsfield[i] != 2000 || v.hounsfield[k] != 2000 || label[i] == label[k])
                continue;
              label[i] = label[k] = std::min(label[i], label[k]);
              changed = true;
            }
    }
    std::map<std::size_t, std::size_t> sizes;
    for (std::size_t i = 0; i < label.size(); ++i)
      if (v.hounsfield[i] == 2000) ++sizes[label[i]];
    const auto parts = parts_of(v);
    REQUIRE(parts.size() == sizes.size());
    std::size_t n = 0;
    for (const auto& [first, size] : sizes) CHECK(parts[n++].voxels == size);
  }
}

TEST_CASE("noise over the threshold is refused, not labelled for minutes") {
  CtVolume v = dark({400, 400, 14});
  for (std::size_t i = 0; i < v.hounsfield.size(); i += 2) v.hounsfield[i] = 2000;
  const auto parts = find_bright_parts(v, 1000);
  REQUIRE_FALSE(parts);
  CHECK(parts.error().code == Code::out_of_range);
}
