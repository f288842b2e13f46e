#include "drivers/simulators/ndi_ports.hpp"

#include <catch2/catch.hpp>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;

namespace {

constexpr const char* passive = "*********1****";
constexpr std::size_t ref = 0;
constexpr std::size_t needle = 1;
constexpr std::size_t probe = 2;

const std::string probe_tool =
    "[[tool]]\nname='probe'\nkind='wired'\nrom_serial='0B000003'\nhandle=10\nbuttons=2\n"
    "frame='tracker'\nmarker=[{at_mm=[0,0,0]},{at_mm=[55,0,0]},{at_mm=[0,33,0]}]\n"
    "keyframe=[{t_s=0,position_mm=[0,0,-1500],rotation_wxyz=[1,0,0,0]}]\n";

// Two passive tools (simulator_host.hpp) and a wired probe at handle 0A.
struct Ports {
  NdiScenario scenario;
  NdiPorts ports;
  explicit Ports(const std::string& device_more = "")
      : scenario(test::scenario(device_more, probe_tool)), ports(scenario) {}

  // A handle with the definition of a tool written to it.
  std::string load(std::size_t tool) {
    const std::string handle = ports.request(passive);
    for (std::size_t at = 0; at < 1024; at += 64) CHECK(write(handle, at, tool) == "OKAY");
    return handle;
  }
  std::string write(const std::string& handle, std::size_t at, std::size_t tool) {
    std::vector<std::byte> image = scenario.tools[tool].rom_image;
    image.resize(1024);
    char address[8];
    std::snprintf(address, sizeof address, "%04X", static_cast<unsigned>(at));
    return ports.write(handle + address +
                       test::hex(std::span<const std::byte>(image).subspan(at, 64)));
  }
};

}  // namespace

TEST_CASE("digits are read in either case, exactly as many as asked") {
  CHECK(hex_at_front("1fA9", 4) == 0x1FA9U);
  CHECK(hex_at_front("1fA9", 2) == 0x1FU);
  CHECK_FALSE(hex_at_front("1", 2));
  CHECK_FALSE(hex_at_front("1G", 2));
  CHECK(ndi_error(0x0C) == "ERROR0C");
}

TEST_CASE("at power-up only wired tools are there, at the handle of their socket") {
  Ports p;
  CHECK(p.ports.search("00") == "010A001");
  CHECK(p.ports.search("") == "010A001");
  CHECK(p.ports.search("02") == "010A001");
  CHECK(p.ports.search("01") == "00");
  CHECK(p.ports.search("05") == "ERROR23");
  CHECK(p.ports.search("xx") == "ERROR23");
}

TEST_CASE("a passive tool goes from requested through initialised to enabled") {
  Ports p;
  const std::string handle = p.load(needle);
  CHECK(handle == "01");
  CHECK(p.ports.search("02") == "020A00101001");
  CHECK(p.ports.enable("01D") == "ERROR0E");  // not initialised yet
  CHECK(p.ports.init("01") == "OKAY");
  CHECK(p.ports.search("02") == "010A001");
  CHECK(p.ports.search("03") == "0101011");
  CHECK(p.ports.disable("01") == "ERROR0F");  // not enabled yet
  CHECK(p.ports.enable("01D") == "OKAY");
  CHECK(p.ports.search("03") == "00");
  CHECK(p.ports.search("04") == "0101031");
  CHECK(p.ports.disable("01") == "OKAY");
  CHECK(p.ports.search("03") == "0101011");
}

TEST_CASE("a definition is recognised by its geometry, whatever handle it was written to") {
  Ports p;
  const std::string second = p.load(needle);
  const std::string first = p.load(ref);
  CHECK(p.ports.init(first) == "OKAY");
  CHECK(p.ports.init(second) == "OKAY");
  for (const NdiPort& port : p.ports.all()) {
    if (port.handle == 1) CHECK(port.tool == needle);
    if (port.handle == 2) CHECK(port.tool == ref);
  }
}

TEST_CASE("an empty or damaged definition cannot be initialised") {
  Ports p;
  const std::string empty = p.ports.request(passive);
  CHECK(p.ports.init(empty) == "ERROR13");
  const std::string damaged = p.load(needle);
  CHECK(p.ports.write(damaged + "0040" + std::string(128, '7')) == "OKAY");
  CHECK(p.ports.init(damaged) == "ERROR40");
  CHECK(p.ports.init("55") == "ERROR08");
}

TEST_CASE("old firmware answers PINIT with a WARNING without a code") {
  Ports p("plain_warning = true");
  CHECK(p.ports.init(p.load(needle)) == "WARNING");
}

TEST_CASE("a piece of the wrong size, address or handle is refused") {
  Ports p;
  const std::string h = p.ports.request(passive);
  const std::string piece(128, 'A');
  CHECK(p.ports.write(h + "0000" + piece) == "OKAY");
  CHECK(p.ports.write(h + "07C0" + piece) == "OKAY");
  CHECK(p.ports.write(h + "0800" + piece) == "ERROR23");
  CHECK(p.ports.write(h + "0001" + piece) == "ERROR23");
  CHECK(p.ports.write(h + "0000" + piece + "A") == "ERROR02");
  CHECK(p.ports.write(h + "0000" + piece.substr(1)) == "ERROR03");
  CHECK(p.ports.write(h + "0000" + std::string(128, 'x')) == "ERROR23");
  CHECK(p.ports.write("77"
                      "0000" +
                      piece) == "ERROR08");
}

TEST_CASE("a priority is S, D or B, and one letter") {
  Ports p;
  const std::string h = p.load(ref);
  CHECK(p.ports.init(h) == "OKAY");
  CHECK(p.ports.enable(h + "X") == "ERROR09");
  CHECK(p.ports.enable(h) == "ERROR03");
  CHECK(p.ports.enable(h + "SS") == "ERROR02");
  CHECK(p.ports.enable("77S") == "ERROR08");
  CHECK(p.ports.enable(h + "S") == "OKAY");
}

TEST_CASE(
    "INIT leaves the handles but frees their definitions; RESET leaves the wired tools only") {
  Ports p;
  const std::string h = p.load(ref);
  CHECK(p.ports.init(h) == "OKAY");
  CHECK(p.ports.enable(h + "S") == "OKAY");
  p.ports.initialize();
  CHECK(p.ports.search("01") == "0101001");
  CHECK(p.ports.search("02") == "010A001");  // not the one to be freed
  CHECK(p.ports.search("04") == "00");
  CHECK(p.ports.free(h) == "OKAY");
  CHECK(p.ports.free(h) == "ERROR08");
  (void)p.load(needle);
  p.ports.reset();
  CHECK(p.ports.search("00") == "010A001");
}

TEST_CASE("handles that an earlier session left behind are listed to be freed") {
  Ports p("stale_handles = 2");
  CHECK(p.ports.search("01") == "020100002000");
  CHECK(p.ports.information("010001") == "UNOCCUPIED");
}

TEST_CASE("there are twenty handles and no more, and the lowest free one is given") {
  Ports p;
  for (int i = 0; i < 19; ++i) CHECK(p.ports.request(passive) != "ERROR2D");
  CHECK(p.ports.request(passive) == "ERROR2D");
  CHECK(p.ports.free("03") == "OKAY");
  CHECK(p.ports.request(passive) == "03");
}

TEST_CASE("PHINF gives its fields in the order of their bits") {
  Ports p;
  const std::string h = p.load(ref);
  const std::string before = p.ports.information(h + "0001");
  REQUIRE(before.size() == 33);
  CHECK(before.substr(0, 2) == "00");
  CHECK(before.substr(23) == "0000000001");
  CHECK(p.ports.init(h) == "OKAY");
  const std::string basic = p.ports.information(h + "0001");
  REQUIRE(basic.size() == 33);
  CHECK(basic.substr(0, 2) == "01");
  CHECK(basic.substr(23, 8) == "0A000001");
  CHECK(basic.substr(31) == "11");
  CHECK(p.ports.information(h) == basic);
  const std::string both = p.ports.information(h + "0024");
  CHECK(both.size() == 20 + 14);
  CHECK(p.ports.information(h + "0025") == basic + both);
  CHECK(p.ports.information("770001") == "ERROR08");
}

TEST_CASE("an unplugged tool is told in the status once, and its handle is to be freed") {
  Ports p;
  CHECK(p.ports.changes() == 0);
  p.ports.unplug(probe);
  CHECK(p.ports.changes() == 0x80);
  CHECK(p.ports.search("01") == "010A000");
  CHECK(p.ports.changes() == 0);  // PHSR takes note of it
  CHECK(p.ports.free("0A") == "OKAY");
  p.ports.plug(probe);
  CHECK(p.ports.changes() == 0x40);
  CHECK(p.ports.search("02") == "010A001");
}
