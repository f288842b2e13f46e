#include "engine/registration/ct_registration.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "engine/registration/ct_together.hpp"
#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

using PreopFromIntraop = Transform<Preop, Intraop>;

PreopFromIntraop claimed(const Isometry3d& m) {
  return PreopFromIntraop::declare(m);  // CLAIM: the test's own truth
}

// Where bone 33 came from; its neighbours are bent against it by 5 degrees per level.
const Isometry3d truth = moved(centre_of(33), {6, -5, 8}, {40, 25, -130}).inverse();

Isometry3d bent(int label) {
  Isometry3d scan_from_preop = truth.inverse();
  for (int level = 33; level != label; level += label > 33 ? 1 : -1) {
    const Vector3d disc = 0.5 * (centre_of(level) + centre_of(level + (label > 33 ? 1 : -1)));
    scan_from_preop = scan_from_preop * moved(disc, {label > 33 ? 5.0 : -4.0, 2, 0}, {0, 0, 0});
  }
  return scan_from_preop.inverse();
}

VolumeGeometry field_round(const Vector3d& preop_point, double height_mm = 84) {
  return grid(truth.inverse() * preop_point, {76, 84, height_mm}, {1.2, 1.2, 1.2});
}

std::shared_ptr<const CtVolume> intraop() {
  static const auto made = scan(field_round(centre_of(33)), bent, {0.9, 60, 40, 3, 0});
  return made;
}

PreopFromIntraop start_off(const Vector3d& degrees, const Vector3d& shift_mm) {
  return claimed(moved(centre_of(33), degrees, shift_mm) * truth);
}

CtRegistration registered(int label, const std::shared_ptr<const CtVolume>& ct,
                          const PreopFromIntraop& start) {
  CtRegistrar registrar(preop(), labels(), {});
  auto result = registrar.register_vertebra(label, CtPyramid(ct), start, {});
  REQUIRE(result);
  return result.value();
}

}  // namespace

TEST_CASE("a vertebra is found from a start 15 mm and 15 degrees off, to a tenth of a voxel") {
  const CtRegistration r = registered(33, intraop(), start_off({15, -10, 12}, {-12, 9, 14}));
  INFO(r.reason);
  CHECK_FALSE(r.refused);
  CHECK(worst_mm(r.preop_from_intraop.matrix(), truth, 33) < 0.12);
  CHECK(r.overlap > 0.95);
  CHECK(r.starts > 100);
  REQUIRE(r.margin());
  CHECK(r.margin()->score > 0.05);
}

TEST_CASE("H22: a start one level off does not give the neighbour") {
  for (const double levels : {-1.0, 1.0}) {
    const CtRegistration r =
        registered(33, intraop(), start_off({0, 0, 0}, {0, 0, levels * level_mm}));
    INFO(levels << " " << r.reason);
    const double worst = worst_mm(r.preop_from_intraop.matrix(), truth, 33);
    CHECK((r.refused || worst < 0.12));
  }
}

TEST_CASE("H22: a vertebra that the scan does not contain is refused, whatever lies there") {
  // The scan ends between 33 and 34; the start says that 33 lies where 34 or 35 does.
  const auto upper = scan(field_round(centre_of(35), 50), bent, {1, 0, 40, 4, 0});
  const CtRegistration r = registered(33, upper, start_off({2, 0, 0}, {0, 0, -level_mm}));
  REQUIRE(r.refused);
  CHECK_FALSE(r.reason.empty());
}

TEST_CASE("the same input gives the same bits") {
  const auto start = start_off({5, 5, 5}, {8, 0, -8});
  const CtRegistration a = registered(33, intraop(), start), b = registered(33, intraop(), start);
  CHECK(a.preop_from_intraop.matrix().matrix() == b.preop_from_intraop.matrix().matrix());
  CHECK(a.covariance.theta_t == b.covariance.theta_t);
  CHECK(a.score == b.score);
}

TEST_CASE("asked to stop, registration ends with no pose to use") {
  CtRegistrar registrar(preop(), labels(), {});
  std::stop_source stop;
  stop.request_stop();
  const auto r =
      registrar.register_vertebra(33, CtPyramid(intraop()), claimed(truth), stop.get_token());
  REQUIRE(r);
  CHECK(r.value().refused == CtRefusal::cancelled);
}

TEST_CASE("an empty scan and an unknown label are told apart") {
  auto empty = std::make_shared<CtVolume>(*intraop());
  std::fill(empty->hounsfield.begin(), empty->hounsfield.end(), std::int16_t{-1000});
  const CtRegistration r = registered(33, empty, claimed(truth));
  CHECK(r.refused == CtRefusal::no_bone);

  CtRegistrar registrar(preop(), labels(), {});
  const auto unknown = registrar.register_vertebra(99, CtPyramid(intraop()), claimed(truth), {});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == Code::not_found);
}

TEST_CASE("three vertebrae are registered one by one, and each has moved on its own") {
  CtRegistrar registrar(preop(), labels(), {});
  const std::array<int, 3> wanted{34, 33, 32};
  std::vector<std::size_t> heard;
  const auto results = registrar.register_vertebrae(
      wanted, CtPyramid(intraop()), start_off({3, -4, 2}, {5, -5, 3}), {},
      [&](std::size_t done, std::size_t) { heard.push_back(done); });
  REQUIRE(results);
  CHECK(heard == std::vector<std::size_t>{1, 2, 3});
  for (const CtRegistration& r : results.value()) {
    INFO(r.label << " " << r.reason);
    CHECK_FALSE(r.refused);
    CHECK(worst_mm(r.preop_from_intraop.matrix(), bent(r.label), r.label) < 0.15);
  }
}

TEST_CASE("a vertebra of which too little is in the preoperative CT is refused alone") {
  auto with_crumb = std::make_shared<LabelVolume>(*labels());
  for (std::size_t k = 0; k < 3; ++k) with_crumb->labels[with_crumb->labels.size() / 2 + k] = 40;
  CtRegistrar registrar(preop(), with_crumb, {});
  const std::array<int, 2> wanted{40, 33};
  const auto results =
      registrar.register_vertebrae(wanted, CtPyramid(intraop()), claimed(truth), {}, {});
  REQUIRE(results);
  CHECK(results.value()[0].refused == CtRefusal::no_bone);
  CHECK_THAT(results.value()[0].reason, Catch::Contains("too little of it"));
  CHECK_FALSE(results.value()[1].refused);
}

TEST_CASE("neighbours that cannot both be right are both refused") {
  CtSpine spine(preop(), labels());
  const auto at = [](int label, const Isometry3d& m) {
    return CtRegistration{label, claimed(m), {}};
  };
  std::vector<CtRegistration> good{at(33, truth), at(34, bent(34))};
  check_together(good, spine, {});
  CHECK_FALSE(good[0].refused);
  CHECK_FALSE(good[1].refused);

  std::vector<CtRegistration> slipped{at(33, truth),
                                      at(34, moved({0, 0, 0}, {0, 0, 0}, {0, 12, 0}) * truth)};
  check_together(slipped, spine, {});
  CHECK(slipped[0].refused == CtRefusal::spine_folds);
  CHECK(slipped[1].refused == CtRefusal::spine_folds);

  std::vector<CtRegistration> bent_away{
      at(33, truth), at(34, moved(centre_of(34), {30, 0, 0}, {0, 0, 0}) * truth)};
  check_together(bent_away, spine, {});
  CHECK(bent_away[0].refused == CtRefusal::spine_folds);
}

TEST_CASE("H8: a scan whose rows run the wrong way is refused, also by bones that are symmetric") {
  const auto right = scan(field_round(centre_of(33)), bent, {1, 0, 20, 6, 0});
  auto wrong = std::make_shared<CtVolume>(*right);
  const auto row = static_cast<std::ptrdiff_t>(wrong->geometry.size[0]);
  for (auto it = wrong->hounsfield.begin(); it != wrong->hounsfield.end(); it += row)
    std::reverse(it, it + row);
  CtRegistrar registrar(preop(), labels(), {});
  const std::array<int, 2> wanted{34, 33};
  const auto found = [&](const std::shared_ptr<const CtVolume>& ct) {
    auto r = registrar.register_vertebrae(wanted, CtPyramid(ct), start_off({0, 0, 0}, {0, 0, 0}),
                                          {}, {});
    REQUIRE(r);
    return r.value();
  };
  const auto of_wrong = found(wrong);
  CHECK(of_wrong[0].refused == CtRefusal::mirrored);
  CHECK(of_wrong[1].refused == CtRefusal::mirrored);
  CHECK_THAT(of_wrong[1].reason, Catch::Contains("label 34"));
  const auto of_right = found(right);
  INFO(of_right[0].reason << of_right[1].reason);
  CHECK_FALSE(of_right[0].refused);
  CHECK_FALSE(of_right[1].refused);
  REQUIRE(of_right[0].mirror_image);
  CHECK(of_right[0].mirror_image->score > 0.05);
}

TEST_CASE("a vertebra that is plainly not mirrored stays, whatever its neighbour says") {
  CtSpine spine(preop(), labels());
  CtRegistration mirrored{34, claimed(bent(34)), {}}, sure{33, claimed(truth), {}}, unsure = sure;
  mirrored.refused = CtRefusal::mirrored;
  sure.mirror_image = Margin{0.2, 6};
  unsure.mirror_image = Margin{0.01, 0.4};
  std::vector<CtRegistration> results{mirrored, sure, unsure};
  check_together(results, spine, {});
  CHECK_FALSE(results[1].refused);
  CHECK(results[2].refused == CtRefusal::mirrored);
}

TEST_CASE("from a near start a vertebra is registered again without a search") {
  CtRegistrar registrar(preop(), labels(), {});
  const auto r =
      registrar.refine_vertebra(33, CtPyramid(intraop()), start_off({1, 1, -1}, {1, -1, 1}));
  REQUIRE(r);
  CHECK_FALSE(r.value().refused);
  CHECK(worst_mm(r.value().preop_from_intraop.matrix(), truth, 33) < 0.12);
}
