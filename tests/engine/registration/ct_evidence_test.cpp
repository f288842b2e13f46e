#include "engine/registration/ct_evidence.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

const BoneModel& model() {
  static const BoneModel made =
      make_bone_model(*preop(), *labels(), 33, label_extents(*labels()).at(33)).value();
  return made;
}

BonePose true_pose() { return BonePose(Eigen::Translation3d(model().centre_mm)); }

// Noise with a grain of 3 mm, as reconstruction leaves it.
std::shared_ptr<CtVolume> grainy(unsigned seed) {
  auto v = scan(grid(centre_of(33), {70, 80, 56}, {1.2, 1.2, 1.2}), stays, {1, 0, 0, seed, 0});
  const auto& n = v->geometry.size;
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 60);
  std::vector<double> coarse;
  const int w = n[0] / 3 + 2, h = n[1] / 3 + 2, d = n[2] / 3 + 2;
  for (int i = 0; i < w * h * d; ++i) coarse.push_back(normal(random));
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x) {
        std::int16_t& hu = v->hounsfield[CtVolume::voxel_offset(v->geometry, x, y, z)];
        hu = static_cast<std::int16_t>(
            hu + coarse[static_cast<std::size_t>(((z / 3) * h + y / 3) * w + x / 3)]);
      }
  return v;
}

}  // namespace

TEST_CASE("blocks agree with the scan where the bone lies, and not beside it") {
  const CtPyramid scan(grainy(1));
  const auto right = block_scores(model().at(CtLevel::fine), scan.at(CtLevel::fine), true_pose());
  const auto beside = block_scores(model().at(CtLevel::fine), scan.at(CtLevel::fine),
                                   Eigen::Translation3d(0, 5, 0) * true_pose());
  CHECK(right.mean() > 0.8);
  CHECK(beside.mean() < right.mean() - 0.3);
  const Margin margin = paired_margin(right, beside);
  CHECK(margin.score > 0.3);
  CHECK(margin.sigmas > 4);
  CHECK(paired_margin(beside, right).score == Approx(-margin.score));
}

TEST_CASE("on one bone a model beats itself laid beside it, in the cubes that both speak of") {
  const CtPyramid scan(grainy(1));
  const CtGrid& fine = scan.at(CtLevel::fine);
  const BonePose beside = Eigen::Translation3d(0, 5, 0) * true_pose();
  const Margin margin = margin_on_one_bone(fine, model().many, true_pose(), model().many, beside);
  CHECK(margin.score > 0.3);
  CHECK(margin.sigmas > 4);
  CHECK(margin_on_one_bone(fine, model().many, true_pose(), model().many, true_pose()).score == 0);
}

TEST_CASE("what spoils a cube for both explanations does not hide which one is better") {
  // A third of the bone lies in a block of metal: no model agrees with it there.
  const auto spoiled = grainy(1);
  auto with_metal = std::make_shared<CtVolume>(*spoiled);
  const auto& n = with_metal->geometry.size;
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0] * 2 / 5; ++x)
        with_metal->hounsfield[CtVolume::voxel_offset(with_metal->geometry, x, y, z)] = 3000;
  const CtPyramid scan{std::shared_ptr<const CtVolume>(with_metal)};
  const BonePose beside = Eigen::Translation3d(0, 2, 0) * true_pose();
  const Margin margin =
      margin_on_one_bone(scan.at(CtLevel::fine), model().many, true_pose(), model().many, beside);
  CHECK(margin.score > 0.05);
  CHECK(margin.sigmas > 3);
}

TEST_CASE("where the scan shows nothing no block speaks") {
  const CtPyramid scan(grainy(1));
  const auto none = block_scores(model().at(CtLevel::fine), scan.at(CtLevel::fine),
                                 Eigen::Translation3d(500, 0, 0) * true_pose());
  CHECK(none.mean() == 0);
  CHECK(paired_margin(none, none).score == 0);
}

TEST_CASE("the covariance covers the error of fits to noise with a grain") {
  // 24 draws of noise; each squared error in units of its covariance is chi-square of 6 degrees,
  // mean 6. The preop image's own noise is common to all and adds to it.
  double sum = 0;
  int covered = 0;
  constexpr unsigned draws = 24;
  for (unsigned seed = 1; seed <= draws; ++seed) {
    const CtPyramid scan(grainy(seed));
    BoneAligner aligner;
    const auto fit =
        aligner.align(model().many, scan.at(CtLevel::fine), true_pose(), {25, 0.002, 4.685F, true});
    const Matrix6 covariance = block_covariance(model().many, aligner);
    const BonePose off = fit.intraop_from_bone.inverse() * true_pose();
    Eigen::Matrix<double, 6, 1> e;
    const Eigen::AngleAxisd turn(off.linear());
    e << turn.angle() * turn.axis(), off.translation();
    const double squared = e.dot(covariance.inverse() * e);
    sum += squared / draws;
    if (squared < 12.6) ++covered;  // 95 % of chi-square, 6 degrees
  }
  CHECK(sum < 9);
  CHECK(sum > 1);
  CHECK(covered >= 21);  // of 24
}
