#include "engine/navigation/navigator_check.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

std::string complaint(const NavigatorConfig& c, const std::vector<ToolModel>& bodies,
                      const NavigationModel& m) {
  try {
    check_navigator(c, bodies, m);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no complaint";
}

}  // namespace

TEST_CASE("a whole room makes a navigator") {
  CHECK(complaint(config(), tools(), model()) == "no complaint");
  CHECK(complaint(config_with_touch(), tools(), model()) == "no complaint");
}

TEST_CASE("H5: a tool whose markers are missing, too few or in line is refused by name") {
  auto bodies = tools();
  bodies[1].markers.clear();
  CHECK(complaint(config(), bodies, model()).find("tool needle") == 0);
  bodies[1].markers = {{{0, 0, 0}}, {{1, 0, 0}}};
  CHECK(complaint(config(), bodies, model()).find("tool needle") == 0);
  bodies[1].markers = {{{0, 0, 0}}, {{10, 0, 0}}, {{50, 0, 0}}, {{90, 0, 0}}};
  CHECK(complaint(config(), bodies, model()).find("tool needle") == 0);
}

TEST_CASE("no reference, or two, make no navigator") {
  auto bodies = tools();
  bodies[0].role = ToolRole::tool;
  CHECK(complaint(config(), bodies, model()).find("one reference") != std::string::npos);
  bodies = tools();
  bodies[1].role = ToolRole::reference;
  CHECK(complaint(config(), bodies, model()).find("one reference") != std::string::npos);
}

TEST_CASE("a touching tool must be an instrument, and the plan must have fiducials to touch") {
  NavigatorConfig c = config_with_touch();
  c.touch_tool = "reference";
  CHECK(complaint(c, tools(), model()).find("'reference'") != std::string::npos);
  NavigationModel bare = model();
  bare.fiducials.clear();
  CHECK(complaint(config_with_touch(), tools(), bare).find("fiducials") != std::string::npos);
  NavigationModel many = model();
  while (many.fiducials.size() <= max_touched) many.fiducials.push_back(many.fiducials[0]);
  CHECK(complaint(config_with_touch(), tools(), many).find("25") != std::string::npos);
}

TEST_CASE("a tip check without a dwell is refused, and so is a Navigator made of it") {
  NavigatorConfig c = config_with_tip_check();
  c.dwell.reset();
  CHECK(complaint(c, tools(), model()).find("navigator.dwell") == 0);
  CHECK_THROWS_AS(Navigator(c, tools(), model()), ConfigError);
}
