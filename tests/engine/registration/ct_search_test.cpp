#include "engine/registration/ct_search.hpp"

#include <catch2/catch.hpp>

#include "engine/registration/ct_spine.hpp"
#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

struct Scene {
  std::shared_ptr<const BoneModel> bone = CtSpine(preop(), labels()).model(33).value();
  CtPyramid scan{ct_test::scan(grid(centre_of(33), {76, 84, 90}, {1.2, 1.2, 1.2}), stays,
                               {1.1, -40, 40, 9, 0})};
  BonePose truth{Eigen::Translation3d(bone->centre_mm)};

  [[nodiscard]] double off_mm(const BonePose& pose) const {
    return (pose * Vector3d(20, 20, 10) - truth * Vector3d(20, 20, 10)).norm();
  }
};

const Scene& scene() {
  static const Scene made;
  return made;
}

}  // namespace

TEST_CASE("the search finds the bone from the corner of its range, and other places behind it") {
  BoneAligner aligner;
  const BonePose start = scene().truth * moved({0, 0, 0}, {-20, 20, 20}, {-24, 24, 24});
  const Search found = search_bone(aligner, *scene().bone, scene().scan, start, {28, 0.44}, {});
  REQUIRE_FALSE(found.placements.empty());
  CHECK(scene().off_mm(found.placements.front().fit.intraop_from_bone) < 0.15);
  CHECK(found.starts > 1000);
  for (std::size_t i = 1; i < found.placements.size(); ++i) {
    CHECK(found.placements[i].score <= found.placements[i - 1].score);
  }
}

TEST_CASE("no range is one start") {
  BoneAligner aligner;
  const Search found = search_bone(aligner, *scene().bone, scene().scan, scene().truth, {0, 0}, {});
  CHECK(found.starts == 1);
  REQUIRE(found.placements.size() == 1);
  CHECK(scene().off_mm(found.placements[0].fit.intraop_from_bone) < 0.15);
}

TEST_CASE("asked to stop, the search gives no placement") {
  BoneAligner aligner;
  std::stop_source stop;
  stop.request_stop();
  const Search found =
      search_bone(aligner, *scene().bone, scene().scan, scene().truth, {20, 0.3}, stop.get_token());
  CHECK(found.cancelled);
  CHECK(found.placements.empty());
}

TEST_CASE("of several near starts the best fit is kept") {
  BoneAligner aligner;
  const Placement best = refine_best(aligner, *scene().bone, scene().scan,
                                     {scene().truth * Eigen::Translation3d(0, 0, 6),
                                      scene().truth * Eigen::Translation3d(2, 0, 0)});
  CHECK(scene().off_mm(best.fit.intraop_from_bone) < 0.15);
  CHECK(best.score == Approx(best.scores.mean()));
  const Placement again = refine(aligner, *scene().bone, scene().scan, best.fit.intraop_from_bone);
  CHECK(scene().off_mm(again.fit.intraop_from_bone) < 0.15);
}
