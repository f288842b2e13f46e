#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/drivers/simulators/simulator_host.hpp"

// Needs the real tool definitions, found by TROCAR_SHARED_DATA or beside the source tree.
using namespace trocar;
using test::Host;
using test::scenario;

TEST_CASE("PHINF of the real pointer's definition begins as captured from the real device") {
  const char* folder = std::getenv("TROCAR_SHARED_DATA");
  const std::filesystem::path rom =
      std::filesystem::path(folder != nullptr ? folder : "../shared/data") / "ndi" /
      "polaris_passive_pointer_1.rom";
  if (!std::filesystem::exists(rom)) {
    WARN("skipped: no real tool definition at " << rom);
    return;
  }
  Host host(scenario());
  (void)host.ask("INIT ");
  const std::string h = host.load(read_ndi_rom(rom).value().bytes);
  CHECK(host.ask("PINIT " + h) == "OKAY");
  const std::string said = host.ask("PHINF " + h + "002D");
  CHECK(said.substr(0, 33) == "02000000UNKNOWN     00032BBC00711");
  CHECK(said.substr(33, 22) == "1000000             01");
}
