#include "engine/registration/ct_spine.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/registration/ct_spine_for_test.hpp"

using namespace trocar;
using namespace trocar::ct_test;

namespace {

std::vector<int> labels_of(const std::vector<std::shared_ptr<const BoneModel>>& models) {
  std::vector<int> out;
  for (const auto& m : models) out.push_back(m->label);
  return out;
}

}  // namespace

TEST_CASE("the neighbours of a level are the next numbers on both sides") {
  CtSpine spine(preop(), labels());
  CHECK(labels_of(spine.neighbours(33, 1)) == std::vector<int>{32, 34});
  CHECK(labels_of(spine.neighbours(33, 2)) == std::vector<int>{32, 31, 34, 35});
  CHECK(labels_of(spine.neighbours(35, 2)) == std::vector<int>{34, 33});
  CHECK(spine.neighbours(77, 2).empty());
}

TEST_CASE("what is numbered next to a vertebra but lies far away is no neighbour") {
  auto odd = std::make_shared<LabelVolume>(*labels());
  for (std::uint16_t& label : odd->labels) {
    if (label == 34) label = 0;
    if (label == 35) label = 34;  // two levels up
  }
  for (int x = 0; x < 3; ++x) odd->labels[static_cast<std::size_t>(x)] = 32;  // pulls no centre far
  CtSpine spine(preop(), odd);
  CHECK(labels_of(spine.neighbours(33, 1)) == std::vector<int>{32, 34});  // 52 mm: could be one
  for (std::uint16_t& label : odd->labels) {
    if (label == 31) label = 0;
  }
  CtSpine other(preop(), odd);
  CHECK(labels_of(other.neighbours(32, 2)) == std::vector<int>{33, 34});
}

TEST_CASE("a model is made once") {
  CtSpine spine(preop(), labels());
  const auto first = spine.model(33), second = spine.model(33);
  REQUIRE(first);
  CHECK(first.value() == second.value());
  CHECK(spine.model(5).error().code == Code::not_found);
}

TEST_CASE("a pose is carried to the next bone as if the spine had not bent") {
  CtSpine spine(preop(), labels());
  const BoneModel &a = *spine.model(33).value(), &b = *spine.model(34).value();
  const Isometry3d scan_from_preop = moved({1, 2, 3}, {10, 20, 30}, {4, 5, 6});
  const BonePose pose = scan_from_preop * Eigen::Translation3d(a.centre_mm);
  CHECK((carried(a, pose, b).translation() - scan_from_preop * b.centre_mm).norm() < 1e-9);
}
