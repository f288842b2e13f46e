#include "drivers/simulators/ndi_fault.hpp"

#include <catch2/catch.hpp>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using namespace std::chrono_literals;
using test::at;
using test::Host;
using test::scenario;

TEST_CASE("every fault has a name, and only those names are faults") {
  for (int k = 0; k <= static_cast<int>(FaultKind::system_status); ++k) {
    const auto kind = static_cast<FaultKind>(k);
    CHECK(fault_kind(name_of(kind)) == kind);
  }
  CHECK_FALSE(fault_kind("gremlins"));
}

TEST_CASE("a bad CRC spoils the CRC and nothing else, of one reply only") {
  Host host(scenario());
  host.break_it({.kind = FaultKind::bad_crc, .at_most = 1});
  const std::string said = host.raw("INIT ");
  CHECK(said.size() == 9);
  CHECK(said.substr(0, 4) == "OKAY");
  CHECK(said != "OKAYA896\r");
  CHECK(host.raw("INIT ") == "OKAYA896\r");
  host.track();
  host.break_it({.kind = FaultKind::bad_crc, .at_most = 1});
  const std::string bx = host.raw("BX 0001");
  const std::string body = bx.substr(6, bx.size() - 8);
  CHECK(at<std::uint16_t>(bx, 2) == body.size());
  CHECK(at<std::uint16_t>(bx, bx.size() - 2) != test::crc_of(body));
}

TEST_CASE("a cut reply stops half way, a silent device says nothing, and later ones are whole") {
  Host host(scenario());
  host.break_it({.kind = FaultKind::cut, .at_most = 1});
  CHECK(host.raw("INIT ") == "OKAY");
  host.break_it({.kind = FaultKind::silence, .until = 1s});
  CHECK(host.raw("INIT ").empty());  // nothing in 20 s
  CHECK(host.raw("INIT ") == "OKAYA896\r");
}

TEST_CASE("glued replies leave in one piece") {
  Host host(scenario());
  host.track();
  (void)host.ask("STREAM --id=s BX 0001");
  host.break_it({.kind = FaultKind::glued, .until = 500ms, .amount = 40});
  host.pieces = 0;
  host.marks.clear();
  (void)host.run_until(host.now + 500ms);
  CHECK(host.marks.size() == Approx(30).margin(3));
  CHECK(host.pieces <= 16);
}

TEST_CASE("a split reply leaves byte by byte, and is whole when put together") {
  Host host(scenario());
  host.break_it({.kind = FaultKind::split, .amount = 2});
  host.device.receive("INIT \r", host.now);
  CHECK(host.run_until(1s) == "OKAYA896\r");
  CHECK(host.pieces == 9);
}

TEST_CASE("a slow link takes its time") {
  Host host(scenario());
  host.break_it({.kind = FaultKind::slow_link, .amount = 100});
  host.device.receive("INIT \r", host.now);
  CHECK(host.run_until(85ms).size() < 9);
  CHECK(host.run_until(95ms).size() > 0);
}

TEST_CASE("frame numbers jump, and return") {
  Host host(scenario());
  host.track();
  (void)host.raw("BX 0001");
  const auto before = host.marks.back().frame;
  host.break_it({.kind = FaultKind::frame_jump, .until = 1s, .amount = 5000});
  (void)host.raw("BX 0001");
  (void)host.raw("BX 0001");
  CHECK(host.marks.back().frame == before + 5002);
  host.now += 2s;
  (void)host.raw("BX 0001");
  CHECK(host.marks.back().frame < before + 1000);
}

TEST_CASE("a frozen clock repeats its number and time while poses go on") {
  Host host(scenario());
  host.track();
  host.now += 50ms;
  host.break_it({.kind = FaultKind::clock_freeze, .until = 10s});
  host.now += 100ms;
  const std::string a = Host::payload(host.raw("BX2 "));
  host.now += 100ms;
  const std::string b = Host::payload(host.raw("BX2 "));
  REQUIRE(a.size() == b.size());
  CHECK(a.substr(0, 32) == b.substr(0, 32));
  CHECK(a.substr(52, 28) != b.substr(52, 28));
}

TEST_CASE("a drifting clock runs away from the exposures") {
  Host host(scenario());
  host.track();
  host.break_it({.kind = FaultKind::clock_drift, .amount = 500});
  const Duration from = host.now;
  host.now += 10s;
  const std::string body = Host::payload(host.raw("BX2 "));
  const Duration told = std::chrono::seconds(at<std::uint32_t>(body, 24) - 1'700'000'000) +
                        Duration(at<std::uint32_t>(body, 28));
  const Duration exposed = host.marks.back().exposure;
  CHECK(milliseconds_of(told - exposed) == Approx(seconds(exposed - from) * 0.5).margin(1e-3));
}

TEST_CASE("a device whose crystal is fast exposes sooner and says the nominal time") {
  Host host(scenario("clock_drift_ppm = 1000"));
  host.track();
  (void)host.raw("BX 0001");
  const auto first = host.marks.back();
  host.now += 20s;
  (void)host.raw("BX 0001");
  const auto last = host.marks.back();
  const double period_s = seconds(last.exposure - first.exposure) / (last.frame - first.frame);
  CHECK(period_s == Approx(1 / 60.06).epsilon(1e-7));
}

TEST_CASE("an alert is told once by BX2, and shows in the system status while it lasts") {
  Host host(scenario());
  host.track();
  host.now += 100ms;
  (void)host.raw("BX2 ");
  host.break_it({.kind = FaultKind::alert, .from = 1ms, .until = 1s, .type = 1, .code = 2});
  host.now += 2ms;
  const std::string body = Host::payload(host.raw("BX2 --6d=none --1d=none"));
  const std::string alert("\x12\x00\x10\x00\x00\x00\x00\x00\x01\x00\x00\x00\x01\x00\x02\x00", 16);
  CHECK(body.find(alert) != std::string::npos);
  host.now += 100ms;
  CHECK(Host::payload(host.raw("BX2 ")).find(alert) == std::string::npos);
  const std::string tx = host.ask("TX 0001");
  CHECK(tx.substr(tx.size() - 4) == "0100");
  CHECK(tx.find("MISSING") != std::string::npos);
}

TEST_CASE("scripted bits appear in the system status") {
  Host host(scenario());
  host.track();
  host.break_it({.kind = FaultKind::system_status, .code = 0x0001});
  const std::string tx = host.ask("TX 0001");
  CHECK(tx.substr(tx.size() - 4) == "0001");
  CHECK(tx.find("MISSING") == std::string::npos);
}

TEST_CASE("a bad fit is said with its reason in TX and BX2") {
  Host host(scenario());
  host.track();
  host.break_it({.kind = FaultKind::bad_fit, .tool = "ref", .amount = 10});
  CHECK(host.ask("TX 0003").find("MISSING") != std::string::npos);
  CHECK(host.ask("TX 0002").substr(2, 24) ==
        "0101"
        "0000000000000000"
        "2222");
  host.now += 100ms;
  CHECK(at<std::uint16_t>(Host::payload(host.raw("BX2 ")), 50) == (0x0100 | 17));
}

TEST_CASE("an unplugged tool is DISABLED, and comes back under a new handle") {
  const std::string wired =
      "[[tool]]\nname='probe'\nkind='wired'\nhandle=10\nbuttons=2\nframe='tracker'\n"
      "marker=[{at_mm=[0,0,0]},{at_mm=[55,0,0]},{at_mm=[0,33,0]}]\n"
      "keyframe=[{t_s=0,position_mm=[0,0,-1500],rotation_wxyz=[1,0,0,0]}]\n";
  Host host(scenario("", wired));
  (void)host.ask("INIT ");
  CHECK(host.ask("PHSR 02") == "010A001");
  (void)host.ask("PINIT 0A");
  (void)host.ask("PENA 0AD");
  (void)host.ask("TSTART ");
  (void)host.raw("TX 0001");
  host.break_it({.kind = FaultKind::button, .until = 100ms, .tool = "probe", .amount = 1});
  CHECK(host.ask("TX 0001").find("00000033") != std::string::npos);
  host.break_it({.kind = FaultKind::unplug, .from = 200ms, .until = 1s, .tool = "probe"});
  host.now += 500ms;
  CHECK(host.ask("TX 0001") == "010ADISABLED\n0080");
  host.now += 1s;
  CHECK(host.ask("TX 0001") == "010ADISABLED\n00C0");
  (void)host.ask("TSTOP ");
  CHECK(host.ask("PHSR 01") == "010A000");
  CHECK(host.ask("PHINF 0A0001") == "UNOCCUPIED");
  CHECK(host.ask("PHSR 02") == "0101001");
}

TEST_CASE("an occlusion begins and ends when scripted") {
  Host host(scenario("", "[[fault]]\nkind='occlusion'\ntool='ref'\nfrom_s=30\nuntil_s=31\n"));
  host.track();
  const auto ref_missing = [&host] { return host.ask("TX 0001").substr(4, 7) == "MISSING"; };
  host.now = 29'900ms;
  CHECK_FALSE(ref_missing());
  host.now = 30'100ms;
  CHECK(ref_missing());
  host.now = 31'100ms;
  CHECK_FALSE(ref_missing());
}
