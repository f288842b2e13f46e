#include "drivers/simulators/ndi_parameters.hpp"

#include <catch2/catch.hpp>

using namespace trocar;

namespace {

NdiParameters parameters() {
  ScenarioDevice d;
  d.model = "Polaris Vega";
  d.serial = "P9-00042";
  d.firmware = "Rev 7";
  d.frame_hz = 60;
  return NdiParameters(d);
}

}  // namespace

TEST_CASE("GET of a name gives its one line, without a line feed behind it") {
  const auto p = parameters();
  CHECK(p.get("Features.Hardware.Serial Number") == "Features.Hardware.Serial Number=P9-00042");
  CHECK(p.get("Info.Timeout.INIT") == "Info.Timeout.INIT=4");
  CHECK(p.get("Param.Tracking.Frame Frequency") == "Param.Tracking.Frame Frequency=60");
  CHECK(p.get("Param.User.String0") == "Param.User.String0=");
}

TEST_CASE("GET with a star gives all names that begin so, a line each, and no others") {
  CHECK(parameters().get("Features.Firmware.*") ==
        "Features.Firmware.Version=Rev 7\nFeatures.Firmware.API Revision=G.003.006");
  const std::string timeouts = parameters().get("Info.Timeout.*");
  CHECK(std::count(timeouts.begin(), timeouts.end(), '\n') == 25);
  CHECK(timeouts.find("Info.Status") == std::string::npos);
  CHECK(parameters().get("*").find("Info.Status.System=0") != std::string::npos);
}

TEST_CASE("a name that no parameter has is error 34, also as the beginning of one") {
  CHECK(parameters().get("Info.Timeout.NONE") == "ERROR34");
  CHECK(parameters().get("Info.Timeout") == "ERROR34");
  CHECK(parameters().get("Nothing.*") == "ERROR34");
  CHECK(parameters().get("") == "ERROR34");
  CHECK(parameters().get_info("Nothing") == "ERROR34");
}

TEST_CASE("GETINFO says value, type, attribute, range and meaning") {
  CHECK(parameters().get_info("Param.Tracking.Frame Frequency") ==
        "Param.Tracking.Frame Frequency=60;1;3;1;2000;;Frames per second");
  CHECK(parameters().get_info("Info.Status.System") ==
        "Info.Status.System=0;3;1;0;0;;System status");
}

TEST_CASE("SET changes what may be changed and is read back") {
  auto p = parameters();
  CHECK(p.set("Param.Tracking.Frame Frequency=20") == "OKAY");
  CHECK(p.number("Param.Tracking.Frame Frequency") == 20);
  CHECK(p.get("Param.Tracking.Frame Frequency") == "Param.Tracking.Frame Frequency=20");
  CHECK(p.set("Param.User.String0=a=b c") == "OKAY");
  CHECK(p.get("Param.User.String0") == "Param.User.String0=a=b c");
}

TEST_CASE("SET refuses what is no assignment, no parameter, read-only, no number or out of range") {
  auto p = parameters();
  CHECK(p.set("Param.Tracking.Frame Frequency") == "ERROR07");
  CHECK(p.set("Param.Nothing=1") == "ERROR34");
  CHECK(p.set("Features.Hardware.Model=mine") == "ERROR39");
  CHECK(p.set("Param.Tracking.Frame Frequency=") == "ERROR35");
  CHECK(p.set("Param.Tracking.Frame Frequency=20x") == "ERROR35");
  for (const std::string bad : {"0", "2001", "-5", "nan", "inf"}) {
    CHECK(p.set("Param.Tracking.Frame Frequency=" + bad) == "ERROR36");
  }
  CHECK(p.number("Param.Tracking.Frame Frequency") == 60);
  CHECK(p.number("Param.Nothing") == 0);
}

TEST_CASE("VER says who it is in lines a host can pick apart, VER 5 the combined revision") {
  const std::string said = parameters().version("4");
  CHECK(said.starts_with("Polaris Vega Control Firmware\nNDI S/N: P9-00042\n"));
  CHECK(said.find("\nFreeze Tag: Rev 7\n") != std::string::npos);
  CHECK(std::count(said.begin(), said.end(), '\n') == 6);
  CHECK(parameters().version("") == said);
  CHECK(parameters().version("5") == "003");
  for (const char* bad : {"9", "x", "45"}) CHECK(parameters().version(bad) == "ERROR23");
}
