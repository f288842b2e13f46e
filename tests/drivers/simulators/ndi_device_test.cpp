#include "drivers/simulators/ndi_device.hpp"

#include <catch2/catch.hpp>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using test::Host;
using test::scenario;

TEST_CASE("replies carry the check values of real devices") {
  Host host(scenario());
  CHECK(host.raw("RESET ") == "RESETBE6F\r");
  CHECK(host.raw("INIT:E3A5") == "OKAYA896\r");
  CHECK(host.raw("PINIT 77") == "ERROR086D02\r");
  CHECK(test::crc_of("TX:0001") == 0x031A);
  CHECK(test::crc_of("PHRQ:*********1****") == 0xA4C1);
  CHECK(host.raw("PHSR:0020FF") == "001414\r");
  CHECK(host.raw("PHRQ:*********1****A4C1") == host.raw("ECHO 01"));
}

TEST_CASE("both forms of a command are taken, and a damaged CRC is refused") {
  Host host(scenario());
  CHECK(host.ask("INIT") == "OKAY");
  CHECK(host.ask("INIT ") == "OKAY");
  CHECK(host.ask("INIT:E3A5") == "OKAY");
  CHECK(host.ask("INIT:E3A6") == "ERROR04");
  CHECK(host.ask("INIT:") == "ERROR04");
  CHECK(host.ask("NONSENSE 1") == "ERROR01");
  CHECK(host.ask("ECHO " + std::string(2000, 'x')) == "ERROR02");
}

TEST_CASE("a command in the wrong mode is refused with the code of the reason") {
  Host host(scenario());
  CHECK(host.ask("TX 0001") == "ERROR10");
  CHECK(host.ask("PHSR 00") == "ERROR10");
  CHECK(host.ask("INIT ") == "OKAY");
  CHECK(host.ask("TX 0001") == "ERROR0C");
  CHECK(host.ask("TSTOP ") == "ERROR0C");
  CHECK(host.ask("TSTART ") == "OKAY");
  CHECK(host.device.mode() == NdiMode::tracking);
  CHECK(host.ask("PHSR 00") == "ERROR0C");
  CHECK(host.ask("TX 4000") == "ERROR23");
  CHECK(host.ask("BX2 --6d=nonsense") == "ERROR23");
  CHECK(host.ask("TSTOP ") == "OKAY");
  CHECK(host.device.mode() == NdiMode::initialized);
}

TEST_CASE("a handle goes through request, upload, PINIT, PENA, PDIS and PHF") {
  Host host(scenario());
  (void)host.ask("INIT ");
  CHECK(host.ask("PINIT 01") == "ERROR08");
  const std::string h = host.load(host.device.world().scenario().tools[0].rom_image);
  CHECK(h == "01");
  CHECK(host.ask("PHSR 02") == "0101001");
  CHECK(host.ask("PENA 01D") == "ERROR0E");
  CHECK(host.ask("PHINF 010001") == "00000000            0000000000001");
  CHECK(host.ask("PINIT 01") == "OKAY");
  CHECK(host.ask("PHSR 03") == "0101011");
  CHECK(host.ask("PDIS 01") == "ERROR0F");
  CHECK(host.ask("PENA 01X") == "ERROR09");
  CHECK(host.ask("PENA 01D") == "OKAY");
  CHECK(host.ask("PHSR 04") == "0101031");
  CHECK(host.ask("PHINF 010001") == "01000000TROCAR      0000A00000131");
  CHECK(host.ask("PDIS 01") == "OKAY");
  CHECK(host.ask("PHF 01") == "OKAY");
  CHECK(host.ask("PDIS 01") == "ERROR08");
  CHECK(host.ask("PHSR 00") == "00");
}

TEST_CASE("PHINF gives what the uploaded definition says") {
  NdiRom rom;
  rom.main_type = 4;
  rom.sub_type = 0x12;
  rom.serial = 0xDEADBEEF;
  rom.manufacturer = "SOMEBODY";
  rom.part_number = "PN-1234";
  rom.markers = {{{0, 0, 0}}, {{60, 0, 0}}, {{0, 40, 0}}};
  Host host(scenario());
  (void)host.ask("INIT ");
  const std::string h = host.load(make_ndi_rom(rom));
  CHECK(host.ask("PINIT " + h) == "OKAY");
  CHECK(host.ask("PHINF " + h + "0025") ==
        "040000"
        "12"
        "SOMEBODY    "
        "000"
        "DEADBEEF"
        "11"
        "PN-1234             "
        "P9-00001010A00");
}

TEST_CASE("a damaged definition is refused, an empty handle too") {
  Host host(scenario());
  (void)host.ask("INIT ");
  auto image = host.device.world().scenario().tools[0].rom_image;
  image[100] ^= std::byte{1};
  CHECK(host.ask("PINIT " + host.load(image)) == "ERROR40");
  CHECK(host.ask("PHRQ *********1****") == "02");
  CHECK(host.ask("PINIT 02") == "ERROR13");
  CHECK(host.ask("PVWR 020001" + std::string(128, '0')) == "ERROR23");
  CHECK(host.ask("PVWR 020000" + std::string(126, '0')) == "ERROR03");
}

TEST_CASE("stale handles of a previous session are offered for freeing") {
  Host host(scenario("stale_handles = 2"));
  (void)host.ask("INIT ");
  CHECK(host.ask("PHSR 01") ==
        "0201000"
        "02000");
  CHECK(host.ask("PHF 01") == "OKAY");
  CHECK(host.ask("PHF 02") == "OKAY");
  CHECK(host.ask("PHSR 01") == "00");
}

TEST_CASE("handles outlive the host and are stale after the next INIT") {
  Host host(scenario());
  host.track();
  host.device.hang_up();
  CHECK(host.ask("INIT ") == "OKAY");
  CHECK(host.ask("PHSR 01").substr(0, 2) == "02");
  CHECK(host.ask("PHSR 02") == "00");
}

TEST_CASE("an old device warns without a code") {
  Host host(scenario("plain_warning = true"));
  (void)host.ask("INIT ");
  const std::string h = host.load(host.device.world().scenario().tools[0].rom_image);
  CHECK(host.raw("PINIT " + h) == "WARNING7423\r");
  CHECK(host.ask("PENA " + h + "D") == "OKAY");
}

TEST_CASE("parameters are read, set and refused") {
  Host host(scenario());
  CHECK(host.ask("GET Features.Hardware.Model") == "Features.Hardware.Model=Polaris Vega");
  CHECK(host.ask("GET Info.Timeout.INIT") == "Info.Timeout.INIT=4");
  const std::string all = host.ask("GET Info.Timeout.*");
  CHECK(all.find("Info.Timeout.RESET=15\n") != std::string::npos);
  CHECK(all.back() != '\n');
  CHECK(host.ask("GET Nothing") == "ERROR34");
  CHECK(host.ask("APIREV ") == "G.003.006");
  CHECK(host.ask("SET Features.Hardware.Model=x") == "ERROR39");
  CHECK(host.ask("SET Param.Tracking.Frame Frequency=fast") == "ERROR35");
  CHECK(host.ask("SET Param.Tracking.Frame Frequency=99999") == "ERROR36");
  CHECK(host.ask("SET Param.Tracking.Frame Frequency=250") == "OKAY");
  CHECK(host.ask("GETINFO Param.Tracking.Frame Frequency").find("=250;1;3;1;2000;;") !=
        std::string::npos);
  CHECK(host.ask("VER 4").find("NDI S/N: P9-00001\n") != std::string::npos);
  CHECK(host.ask("BEEP 2") == "1");
}

TEST_CASE("COMM takes what the protocol has and refuses the rest") {
  Host host(scenario(), NdiLink::serial);
  CHECK(host.ask("COMM 50000") == "OKAY");
  CHECK(host.ask("COMM A0001") == "OKAY");
  CHECK(host.ask("COMM 90000") == "ERROR06");
  CHECK(host.ask("COMM 50300") == "ERROR06");
  CHECK(host.ask("COMM 5000") == "ERROR03");
}

TEST_CASE("with measured timing a serial device answers at its own pace and line speed") {
  auto s = scenario();
  s.device.measured_timing = true;
  Host host(s, NdiLink::serial);
  (void)host.raw("INIT ");
  const auto after_init = milliseconds_of(host.now);
  CHECK(after_init >= 121);  // measured 121 to 135 ms, and 9 bytes at 9600 baud take 9.4 ms
  CHECK(after_init <= 150);
}
