#include "engine/registration/ct_level.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

struct Scene {
  CtSpine spine{preop(), labels()};
  CtPyramid scan{
      ct_test::scan(grid(centre_of(33), {76, 84, 110}, {1.2, 1.2, 1.2}), stays, {1, 0, 40, 2, 0})};
  BoneAligner aligner;

  const BoneModel& model(int label) { return *spine.model(label).value(); }
  Placement placed(int label, int upon) {
    const BonePose there(Eigen::Translation3d(model(upon).centre_mm));
    return refine(aligner, model(label), scan, there);
  }
};

}  // namespace

TEST_CASE("on its own bone a level beats every other level") {
  Scene s;
  const LevelTest test =
      test_level(s.aligner, s.scan, s.model(33), s.placed(33, 33), s.spine.neighbours(33, 2));
  REQUIRE(test.rival);
  CHECK(test.rival->margin.score > 0.05);
}

TEST_CASE("H22: on its neighbour's bone a level loses to the neighbour") {
  Scene s;
  for (const int upon : {32, 34}) {
    const Placement wrong = s.placed(33, upon);
    const LevelTest test =
        test_level(s.aligner, s.scan, s.model(33), wrong, s.spine.neighbours(33, 2));
    REQUIRE(test.rival);
    CHECK(test.rival->label == upon);
    CHECK(test.rival->margin.score < -0.05);
    REQUIRE(test.rival_pose);
    CHECK(same_place(*test.rival_pose, wrong.fit.intraop_from_bone));
  }
}

TEST_CASE("without other levels nothing is said") {
  Scene s;
  CHECK_FALSE(test_level(s.aligner, s.scan, s.model(33), s.placed(33, 33), {}).rival);
}

TEST_CASE("the neighbours' places are looked at explicitly, where the scan shows them") {
  Scene s;
  const Placement right = s.placed(33, 33);
  const auto fits = fits_one_level_off(s.aligner, s.scan, *s.spine.model(33).value(), right,
                                       s.spine.neighbours(33, 2));
  CHECK(fits.size() == 2);
  for (const Placement& p : fits) {
    CHECK(p.score < right.score);
    CHECK_FALSE(same_place(p.fit.intraop_from_bone, right.fit.intraop_from_bone));
  }
}
