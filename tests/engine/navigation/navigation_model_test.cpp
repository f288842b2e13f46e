#include "engine/navigation/navigation_model.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

std::string complaint(const Plan& p, const std::string& reference_vertebra = "L3") {
  const auto built = build_navigation_model(p, reference_vertebra);
  return built ? "no complaint" : built.error().detail;
}

}  // namespace

TEST_CASE("the plan's structures keep their order, vertebra, zones and uncertainty") {
  const NavigationModel m = model();
  CHECK(m.vertebrae == std::vector<std::string>{"L1", "L2", "L3", "L4"});
  CHECK(m.reference_vertebra == VertebraId{2});
  REQUIRE(m.structures.size() == 2);
  CHECK(m.structures[0].id == "tumour");
  CHECK(m.structures[1].vertebra == VertebraId{0});
  CHECK(m.structures[0].zones.warn_mm == 6);
  CHECK(m.structures[0].surface_sigma_mm == 0.3);
  SurfaceDistance::Hint hint;
  CHECK(m.structures[0].surface.from_point({{0, 0, 20}}, hint).signed_mm == Approx(5).margin(0.01));
  CHECK(m.trajectory->id == "approach");
  CHECK(m.fiducials.size() == 5);
}

TEST_CASE("a plan without trajectory is one without trajectory") {
  Plan p = plan();
  p.trajectories.clear();
  CHECK_FALSE(build_navigation_model(p, "L3").value().trajectory);
}

TEST_CASE("H23: an inverted mesh is refused by the name of its structure") {
  Plan p = plan();
  p.structures[1].surface =
      std::make_shared<const TriangleMesh>(test::inverted(test::sphere(10, 2)));
  CHECK(complaint(p).find("structure tumour_of_L1: ") == 0);
}

TEST_CASE("a reference on a vertebra that the plan does not have is refused") {
  CHECK(complaint(plan(), "T12").find("'T12'") != std::string::npos);
}

TEST_CASE("more structures or vertebrae than the engine has room for are refused, not cut") {
  Plan many = plan();
  while (many.structures.size() <= max_structures) many.structures.push_back(many.structures[0]);
  CHECK(complaint(many).find("17") != std::string::npos);
  Plan tall = plan();
  while (tall.vertebrae.size() <= max_vertebrae) tall.vertebrae.push_back({"C1", 40});
  CHECK(complaint(tall).find("13") != std::string::npos);
}
