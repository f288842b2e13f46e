#include "engine/igtl/last_gate.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/igtl/guidance_for_test.hpp"

using namespace trocar;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const std::vector<double> unfit{std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, 1e39,
                                -1e39};  // more than a 32 bit float holds

ToolGuidance whole() {
  ToolGuidance t = needle_for_test();
  t.trajectory = TrajectoryError{0.5, 1.25, 0.1, 30};
  return t;
}
StructureDistance& tumour(ToolGuidance& t) {
  return std::get<StructureDistance>(t.structures[0].distance);
}
TrajectoryError& trajectory(ToolGuidance& t) { return std::get<TrajectoryError>(t.trajectory); }
ToolPose& pose(ToolGuidance& t) { return std::get<ToolPose>(t.pose); }

void turn(ToolGuidance& t, const Eigen::Matrix3d& by) {
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.linear() = by;
  pose(t).preop_from_tip = Transform<Preop, Tip>::declare(m);  // CLAIM: a test's
}

}  // namespace

TEST_CASE("guidance that is fit passes unchanged and nothing is counted") {
  ToolGuidance t = whole();
  CHECK(withhold_unfit(t) == 0);
  CHECK(std::holds_alternative<ToolPose>(t.pose));
  CHECK(tumour(t).tip_to_structure_mm == 9.95);
  CHECK(trajectory(t).target_mm == 1.25);
  CHECK(std::get<Withheld>(t.structures[1].distance) == Withheld::bound_too_large);
}

TEST_CASE("each number of a distance withholds that distance when it is unfit, and no other") {
  const std::vector<double& (*)(StructureDistance&)> numbers{
      [](StructureDistance& d) -> double& { return d.tip_to_structure_mm; },
      [](StructureDistance& d) -> double& { return d.tip_bound_95_mm; },
      [](StructureDistance& d) -> double& { return d.shaft_clearance_mm; },
      [](StructureDistance& d) -> double& { return d.shaft_bound_95_mm; },
      [](StructureDistance& d) -> double& { return d.shaft_at_mm; },
      [](StructureDistance& d) -> double& { return d.predicted_tre_mm; },
      [](StructureDistance& d) -> double& { return d.closest.mm.y(); },
      [](StructureDistance& d) -> double& { return d.normal.mm.z(); }};
  for (const auto& number : numbers) {
    for (const double bad : unfit) {
      ToolGuidance t = whole();
      t.structures[1].distance = distance_for_test(3);
      number(tumour(t)) = bad;
      CHECK(withhold_unfit(t) == 1);
      CHECK(std::get<Withheld>(t.structures[0].distance) == Withheld::not_finite);
      CHECK(std::holds_alternative<StructureDistance>(t.structures[1].distance));
      CHECK(std::holds_alternative<ToolPose>(t.pose));
    }
  }
}

TEST_CASE("each number of the trajectory withholds the trajectory alone") {
  const std::vector<double TrajectoryError::*> numbers{
      &TrajectoryError::entry_mm, &TrajectoryError::target_mm, &TrajectoryError::angle_rad,
      &TrajectoryError::depth_to_target_mm};
  for (const auto number : numbers) {
    for (const double bad : unfit) {
      ToolGuidance t = whole();
      trajectory(t).*number = bad;
      CHECK(withhold_unfit(t) == 1);
      CHECK(std::get<Withheld>(t.trajectory) == Withheld::not_finite);
      CHECK(tumour(t).tip_to_structure_mm == 9.95);
    }
  }
}

TEST_CASE("an unfit pose or bound of it withholds everything of the tool, counted once") {
  for (const double bad : unfit) {
    ToolGuidance bound = whole();
    pose(bound).tip_bound_95_mm = bad;
    ToolGuidance place = whole();
    Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
    m.translation().x() = bad;
    pose(place).preop_from_tip = Transform<Preop, Tip>::declare(m);  // CLAIM: a test's
    for (ToolGuidance* t : {&bound, &place}) {
      CHECK(withhold_unfit(*t) == 1);
      CHECK(std::get<Withheld>(t->pose) == Withheld::not_finite);
      CHECK(std::get<Withheld>(t->trajectory) == Withheld::not_finite);
      for (const auto& s : t->structures) {
        CHECK(std::get<Withheld>(s.distance) == Withheld::not_finite);
      }
    }
  }
}

TEST_CASE("H8: a mirror, a stretch or a skew is no rotation and withholds everything") {
  const auto refused = [](const Eigen::Matrix3d& by) {
    ToolGuidance t = whole();
    turn(t, by);
    const auto count = withhold_unfit(t);
    return count == 1 && std::get<Withheld>(t.pose) == Withheld::implausible &&
           std::get<Withheld>(t.structures[0].distance) == Withheld::implausible;
  };
  const Eigen::Matrix3d one = Eigen::Matrix3d::Identity();
  CHECK(refused(-one));
  CHECK(refused(Eigen::Vector3d(1, -1, 1).asDiagonal()));
  CHECK(refused(1.01 * one));
  CHECK(refused(Eigen::Matrix3d::Zero()));
  Eigen::Matrix3d skew = one;
  skew(0, 1) = 0.01;
  CHECK(refused(skew));
  CHECK_FALSE(refused((1 + 1e-5) * one));  // rounding is none of these
  CHECK_FALSE(refused(Eigen::AngleAxisd(2, Eigen::Vector3d::UnitY()).toRotationMatrix()));
}

TEST_CASE("a distance or trajectory of a tool whose pose is withheld takes the pose's reason") {
  ToolGuidance t = whole();
  t.pose = Withheld::too_old;
  t.structures[1].distance = distance_for_test(3);
  CHECK(withhold_unfit(t) == 3);
  CHECK(std::get<Withheld>(t.structures[0].distance) == Withheld::too_old);
  CHECK(std::get<Withheld>(t.structures[1].distance) == Withheld::too_old);
  CHECK(std::get<Withheld>(t.trajectory) == Withheld::too_old);
  CHECK(withhold_unfit(t) == 0);  // nothing is left to refuse
}

TEST_CASE("withholding all leaves no number of the tool, only the reason") {
  ToolGuidance t = whole();
  withhold_all(t, Withheld::link_lost);
  CHECK(std::get<Withheld>(t.pose) == Withheld::link_lost);
  CHECK(std::get<Withheld>(t.trajectory) == Withheld::link_lost);
  for (const auto& s : t.structures) {
    CHECK(std::get<Withheld>(s.distance) == Withheld::link_lost);
  }
}

TEST_CASE("every reason has one of the four words that displays know, and never OK") {
  for (int why = 0; why <= static_cast<int>(Withheld::not_finite); ++why) {
    for (int missing = 0; missing <= static_cast<int>(Missing::not_finite); ++missing) {
      const auto word = transform_status(static_cast<Withheld>(why), static_cast<Missing>(missing));
      CHECK((word == "MISSING" || word == "OUT_OF_VIEW" || word == "OUT_OF_VOLUME" ||
             word == "INVALID"));
    }
  }
}

TEST_CASE("the device's reason counts only when the tool is not visible") {
  const auto seen = Missing::not_seen;
  CHECK(transform_status(Withheld::tool_not_visible, seen) == "OUT_OF_VIEW");
  CHECK(transform_status(Withheld::tool_not_visible, Missing::too_few_markers) == "OUT_OF_VIEW");
  CHECK(transform_status(Withheld::tool_not_visible, Missing::out_of_volume) == "OUT_OF_VOLUME");
  CHECK(transform_status(Withheld::tool_not_visible, Missing::unplugged) == "MISSING");
  CHECK(transform_status(Withheld::tool_not_visible, Missing::bad_fit) == "INVALID");
  CHECK(transform_status(Withheld::no_data, seen) == "MISSING");
  CHECK(transform_status(Withheld::link_lost, seen) == "MISSING");
  CHECK(transform_status(Withheld::out_of_volume, seen) == "OUT_OF_VOLUME");
  CHECK(transform_status(Withheld::too_old, Missing::out_of_volume) == "INVALID");
  CHECK(transform_status(Withheld::not_registered, seen) == "INVALID");
}
