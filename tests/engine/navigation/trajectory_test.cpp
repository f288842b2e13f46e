#include "engine/navigation/trajectory.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

const PlannedTrajectory planned{"approach", {2}, {{0, 0, 60}}, {{0, 0, 0}}};

}  // namespace

TEST_CASE("a tool on the planned line has no error but its depth") {
  const TrajectoryError e = trajectory_error(pointing_down({0, 0, 20}, 0.0), planned);
  CHECK(e.entry_mm == Approx(0).margin(1e-9));
  CHECK(e.target_mm == Approx(0).margin(1e-9));
  CHECK(e.angle_rad == Approx(0).margin(1e-9));
  CHECK(e.depth_to_target_mm == Approx(20));
}

TEST_CASE("a parallel tool is off by its distance, at entry and target alike") {
  const TrajectoryError e = trajectory_error(pointing_down({3, 4, 20}, 0.0), planned);
  CHECK(e.entry_mm == Approx(5));
  CHECK(e.target_mm == Approx(5));
  CHECK(e.angle_rad == Approx(0).margin(1e-9));
}

TEST_CASE("a slanted tool through the entry misses the target by what the angle says") {
  const auto tip = pointing_down({0, 0, 60}, 0.1);
  const TrajectoryError e = trajectory_error(tip, planned);
  CHECK(e.entry_mm == Approx(0).margin(1e-9));
  CHECK(e.angle_rad == Approx(0.1));
  CHECK(e.target_mm == Approx(60 * std::sin(0.1)));
}

TEST_CASE("small and opposite angles keep their digits") {
  CHECK(trajectory_error(pointing_down({0, 0, 60}, 1e-9), planned).angle_rad == Approx(1e-9));
  const auto upwards = made<Preop, Tip>({1, 0, 0}, 0.0, {0, 0, 60});
  CHECK(trajectory_error(upwards, planned).angle_rad == Approx(std::numbers::pi));
}

TEST_CASE("H12: beyond the target the depth is negative, and no projection enters tip distances") {
  const TrajectoryError e = trajectory_error(pointing_down({0, 0, -12}, 0.0), planned);
  CHECK(e.depth_to_target_mm == Approx(-12));
  // The same tip, once with a plan of 60 mm and once with one of 10 mm: the projection is longer
  // than the plan, and the tip's distance is the same to the bit.
  const auto tip_distance = [](double entry_mm) {
    Plan p = plan();
    p.trajectories[0].entry = {{0, 0, entry_mm}};
    Navigator navigator(config(), tools(), build_navigation_model(p, "L3").value());
    navigator.step(LinkChanged{Link::tracking, {}}, at_ms(0));
    navigator.step(registration(), at_ms(0));
    navigator.step(frame(at_ms(10), {0, 0, 40}), at_ms(20));
    return std::get<StructureDistance>(navigator.guidance().tools[0].structures[0].distance);
  };
  CHECK(tip_distance(60).tip_to_structure_mm == tip_distance(10).tip_to_structure_mm);
  CHECK(tip_distance(10).tip_to_structure_mm == Approx(25).margin(0.01));
}
