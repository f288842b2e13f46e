#include <catch2/catch.hpp>
#include <regex>

#include "drivers/ct_intake_config.hpp"
#include "drivers/simulators/ndi_scenario.hpp"
#include "engine/navigation/tool_model.hpp"
#include "tests/tools/operating_room.hpp"
#include "tools/trocar/or_setup.hpp"

// Every file of configs/ goes through its strict reader, so that none can rot. plan.toml has its
// own test beside the model, with the files it names.
using namespace trocar;

namespace {

std::string example(const std::string& name) {
  std::ifstream in("configs/" + name);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("no example is without a reader") {
  for (const auto& entry : std::filesystem::directory_iterator("configs")) {
    const std::string name = entry.path().filename();
    INFO(name);
    CHECK((name == "plan.toml" || name == "run_ndi.toml" || name == "run_igtl.toml" ||
           name == "receive.toml" || name == "intraop.toml" || name == "reference_phantom.toml" ||
           name == "simulate_ndi.toml"));
  }
}

TEST_CASE("the example of a simulated tracker is read to its last key") {
  const auto scenario = read_ndi_scenario(ConfigReader::open("configs/simulate_ndi.toml"));
  CHECK(scenario.tools.size() == 2);
  CHECK(scenario.faults.size() == 2);
}

TEST_CASE("the example of a DICOM receiver is read to its last key") {
  const CtIntakeConfig c = read_dicom(ConfigReader::open("configs/receive.toml").table("dicom"));
  REQUIRE(c.port);
  CHECK(c.port->peers.size() == 1);
  CHECK_FALSE(c.watched);
}

TEST_CASE("the example of scans on the table is read to its last key") {
  const ConfigReader in = ConfigReader::open("configs/intraop.toml");
  const IntraopConfig c = read_intraop(in.table("intraop"));
  in.finish();
  REQUIRE(c.plate);
  CHECK(c.matching.min_matched == 5);
  CHECK_FALSE(c.scanner_pose);
  CHECK(c.limits.turn_rad == Approx(25 * M_PI / 180));
}

TEST_CASE("the examples of an operating room are read to their last key") {
  const OperatingRoom room;
  for (const char* name : {"run_ndi.toml", "run_igtl.toml"}) {
    INFO(name);
    std::string text = example(name);
    for (const char* file : {"tools/reference.rom", "tools/needle.rom"}) {
      text = replaced(text, "0000000000000000", definition_hash(room.file(file)).value());
    }
    room.write(name, text);
    const OrSetup setup = read_or_setup(room.file(name));
    CHECK(setup.tools.size() == 2);
    CHECK(setup.source != nullptr);
    CHECK(setup.server.port == 18944);
    CHECK(setup.control_port == 18945);
  }
}
