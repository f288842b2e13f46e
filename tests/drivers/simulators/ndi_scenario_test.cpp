#include "drivers/simulators/ndi_scenario.hpp"

#include <catch2/catch.hpp>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using test::scenario_text;

namespace {

std::string refusal(const std::string& text) {
  try {
    (void)read_ndi_scenario(ConfigReader::parse(text, "sim.toml"));
  } catch (const ConfigError& e) {
    return e.what();
  }
  return {};
}

bool says(const std::string& text, const std::string& words) {
  INFO(refusal(text));
  return refusal(text).find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("the example scenario is read") {
  const auto s = read_ndi_scenario(ConfigReader::open("configs/simulate_ndi.toml"));
  CHECK(s.tools.size() == 2);
  CHECK(s.reference == 0U);
  CHECK(s.faults.size() == 2);
  CHECK(s.reference_from_preop.has_value());
}

TEST_CASE("inline markers become a tool definition that reads back") {
  const auto s = test::scenario();
  const auto rom = parse_ndi_rom(s.tools[1].rom_image);
  REQUIRE(rom);
  CHECK(rom.value().serial == 0x0A000002);
  CHECK(rom.value().markers.size() == 4);
  CHECK(rom.value().markers[1].mm.y() == Approx(28.6));
}

TEST_CASE("a wrong scenario is refused with the place and the reason") {
  CHECK(refusal(scenario_text()).empty());
  CHECK(says(scenario_text("frame_hertz = 60"), "unknown key"));
  CHECK(says(scenario_text("serial = 'X'"), "8 characters"));
  CHECK(says(scenario_text("", "[[fault]]\nkind='gremlins'\nfrom_s=1\n"), "a fault of"));
  CHECK(says(scenario_text("", "[[fault]]\nkind='occlusion'\ntool='x'\nfrom_s=1\n"),
             "the name of a tool"));
  CHECK(says(scenario_text("", "[[fault]]\nkind='slow_link'\nfrom_s=1\n"), "bytes per second"));
  const std::string tool = "[[tool]]\nname='t'\nframe='tracker'\n";
  const std::string key = "keyframe=[{t_s=0,position_mm=[0,0,0],rotation_wxyz=[1,0,0,0]}]\n";
  const std::string markers = "marker=[{at_mm=[0,0,0]},{at_mm=[9,0,0]},{at_mm=[0,9,0]}]\n";
  CHECK(refusal(scenario_text("", tool + key + markers)).empty());
  CHECK(says(scenario_text("", tool + key), "either rom"));
  CHECK(says(scenario_text("", tool + key + "marker=[{at_mm=[0,0,0]}]\n"), "3 to 20 markers"));
  CHECK(says(
      scenario_text(
          "", tool + markers + "keyframe=[{t_s=0,position_mm=[0,0,0],rotation_wxyz=[2,0,0,0]}]"),
      "a unit quaternion"));
  CHECK(says(scenario_text("", tool + markers + "keyframe=[{t_s=0,tip_mm=[0,0,0]}]"),
             "where the tip is"));
  CHECK(says(scenario_text("", "[[tool]]\nname='ref'\nframe='tracker'\n" + key + markers),
             "a name no other tool has"));
  CHECK(says(scenario_text("", tool + markers + "handle=3\n" + key), "only a wired tool"));
}
