#include "engine/registration/ct_bone_model.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

BoneModel made(int label) {
  auto model = make_bone_model(*preop(), *labels(), label, label_extents(*labels()).at(label));
  REQUIRE(model);
  return model.value();
}

}  // namespace

TEST_CASE("one pass finds where each label lies") {
  const auto extents = label_extents(*labels());
  REQUIRE(extents.size() == 5);
  for (const auto& [label, e] : extents) {
    CHECK(e.voxels > 2000);
    CHECK((e.centre_mm - centre_of(label)).norm() < 12);  // the processes pull it backwards
    CHECK(e.low[2] < e.high[2]);
  }
}

TEST_CASE("samples lie on or near the bone, at most 4000, numbered by block") {
  const BoneModel model = made(33);
  const BoneSamples& fine = model.at(CtLevel::fine);
  CHECK(fine.size() <= 4000);
  CHECK(fine.size() > 1000);
  CHECK(fine.blocks > 8);
  for (std::size_t i = 0; i < fine.size(); ++i) {
    const Vector3d p = model.centre_mm + Vector3d(fine.x[i], fine.y[i], fine.z[i]);
    REQUIRE(bone(33, p - centre_of(33)) < 4.0);  // shell and half a voxel's diagonal
    REQUIRE(fine.block[i] < fine.blocks);
  }
}

TEST_CASE("the derivative says how the value changes when the place moves") {
  const BoneModel model = made(33);
  const BoneSamples& fine = model.at(CtLevel::fine);
  // Shift columns against a difference quotient of the formula, smoothed as voxels are.
  double agree = 0, own = 0, other = 0;
  for (std::size_t i = 0; i < fine.size(); i += 7) {
    const Vector3d p = model.centre_mm + Vector3d(fine.x[i], fine.y[i], fine.z[i]);
    const double slope =
        (hounsfield(p + Vector3d(1, 0, 0), stays) - hounsfield(p - Vector3d(1, 0, 0), stays)) / 2;
    agree += slope * static_cast<double>(fine.derivative[3][i]);
    own += slope * slope;
    other += std::pow(static_cast<double>(fine.derivative[3][i]), 2);
  }
  CHECK(agree / std::sqrt(own * other) > 0.95);
  CHECK(std::sqrt(other / own) == Approx(1).margin(0.2));
  for (std::size_t i = 0; i < fine.size(); i += 101) {  // turn = place x slope
    const Vector3d p(fine.x[i], fine.y[i], fine.z[i]);
    const Vector3d slope(fine.derivative[3][i], fine.derivative[4][i], fine.derivative[5][i]);
    CHECK(p.cross(slope).x() == Approx(fine.derivative[0][i]).margin(0.05).epsilon(1e-4));
  }
}

TEST_CASE("labels may come on another grid than the CT") {
  auto coarse = std::make_shared<LabelVolume>();
  coarse->geometry = grid(centre_of(33), {70, 78, 148}, {2, 2, 2});
  const VolumeGeometry& g = coarse->geometry;
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        coarse->labels.push_back(bone(33, g.at(Vector3d(x, y, z)).mm - centre_of(33)) < 0 ? 33 : 0);
  const auto model = make_bone_model(*preop(), *coarse, 33, label_extents(*coarse).at(33));
  REQUIRE(model);
  CHECK((model.value().centre_mm - made(33).centre_mm).norm() < 0.5);
}

TEST_CASE("a label without bone, and one apart from the CT, are refused") {
  auto speck = std::make_shared<LabelVolume>(*labels());
  std::fill(speck->labels.begin(), speck->labels.end(), std::uint16_t{0});
  speck->labels[CtVolume::voxel_offset(speck->geometry, 30, 30, 30)] = 7;
  const auto small = make_bone_model(*preop(), *speck, 7, label_extents(*speck).at(7));
  REQUIRE_FALSE(small);
  CHECK(small.error().code == Code::out_of_range);

  speck->geometry.origin.mm.x() += 1000;
  const auto apart = make_bone_model(*preop(), *speck, 7, label_extents(*speck).at(7));
  REQUIRE_FALSE(apart);
  CHECK(apart.error().code == Code::inconsistent);
}
