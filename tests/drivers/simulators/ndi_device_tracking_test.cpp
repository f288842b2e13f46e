#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using namespace std::chrono_literals;
using test::at;
using test::Host;
using test::scenario;

namespace {

double number(const std::string& text, std::size_t where, std::size_t digits, double unit) {
  return std::atoi(text.substr(where, digits).c_str()) * unit;
}

}  // namespace

TEST_CASE("the first TX after TSTART says MISSING with frame 0") {
  Host host(scenario());
  host.track(false);
  CHECK(host.ask("TX 0001") == "0201MISSING0000003100000000\n02MISSING0000003100000000\n0000");
}

TEST_CASE("TX gives the pose in the format of real devices, near the truth") {
  Host host(scenario());
  host.track();
  const std::string said = host.ask("TX:0001031A");
  REQUIRE(said.size() == 2 + 2 * (2 + 51 + 16 + 1) + 4);
  CHECK(said.substr(0, 4) == "0201");
  CHECK(said.substr(2 + 2 + 51, 8) == "00000031");
  CHECK(said[2 + 70 - 1] == '\n');
  const auto truth = host.device.world().truth(0, host.marks.back().exposure);
  // 5 sigma of the noise of one coordinate of this body, and half a unit of the format.
  const auto true_at = truth.tracker_from_tool.origin().mm;
  CHECK(number(said, 28, 7, 0.01) == Approx(true_at.x()).margin(0.3));
  CHECK(number(said, 35, 7, 0.01) == Approx(true_at.y()).margin(0.3));
  CHECK(number(said, 42, 7, 0.01) == Approx(true_at.z()).margin(0.9));
  double norm2 = 0;
  for (std::size_t i = 0; i < 4; ++i) norm2 += std::pow(number(said, 4 + 6 * i, 6, 1e-4), 2);
  CHECK(std::sqrt(norm2) == Approx(1).margin(2e-4));
  const double error_mm = number(said, 49, 6, 1e-4);
  CHECK(error_mm > 0);
  CHECK(error_mm < 0.5);
  CHECK(said.substr(said.size() - 4) == "0000");
}

TEST_CASE("TX options are given in increasing order") {
  Host host(scenario("", "[[stray]]\nat_mm = [10, 20, -1500]\n"));
  host.track();
  const std::string said = host.ask("TX 0002");
  CHECK(said ==
        "020100"
        "0000000000000000"
        "3333"
        "\n0200"
        "0000000000000000"
        "3333"
        "\n0000");
  CHECK(host.ask("TX 0004") == "020100\n0200\n0000");
  CHECK(host.ask("TX 1000") ==
        "0201\n02\n010"
        "+001000+002000-150000"
        "0000");
  const std::string markers = host.ask("TX 0008");
  CHECK(markers.substr(0, 7) == "0201040");
  CHECK(markers.size() == 2 + 2 * (2 + 3 + 4 * 21 + 1) + 4);
}

TEST_CASE("BX carries the same as TX, unrounded") {
  Host host(scenario());
  host.track();
  const std::string body = Host::payload(host.raw("BX:0001C26D"));
  REQUIRE(body.size() == 1 + 2 * (2 + 32 + 8) + 2);
  CHECK(at<std::uint8_t>(body, 0) == 2);
  CHECK(at<std::uint8_t>(body, 1) == 1);
  CHECK(at<std::uint8_t>(body, 2) == 0x01);
  CHECK(at<float>(body, 3 + 24) == Approx(-1500).margin(0.9));
  CHECK(at<std::uint32_t>(body, 3 + 32) == 0x31);
  CHECK(at<std::uint32_t>(body, 3 + 36) == host.marks.back().frame);
  const std::string info = Host::payload(host.raw("BX 0002"));
  REQUIRE(info.size() == 1 + 2 * (2 + 11) + 2);
  CHECK(at<std::uint16_t>(info, 1 + 2 + 9) == 0x3333);
}

TEST_CASE("a missing tool has no floats in BX, a tool out of volume only on demand") {
  Host host(scenario());
  host.track();
  host.break_it({.kind = FaultKind::occlusion, .tool = "ref"});
  host.break_it({.kind = FaultKind::out_of_volume, .tool = "needle"});
  const std::string plain = Host::payload(host.raw("BX 0001"));
  CHECK(plain.size() == 1 + 2 * (2 + 8) + 2);
  CHECK(at<std::uint8_t>(plain, 2) == 0x02);
  const std::string more = Host::payload(host.raw("BX 0801"));
  CHECK(more.size() == 1 + (2 + 8) + (2 + 40) + 2);
  CHECK(at<std::uint8_t>(more, 12) == 0x01);
  CHECK(at<std::uint32_t>(more, 13 + 32) == 0x71);
}

TEST_CASE("polling faster than the device waits for the next frame, or repeats the last") {
  Host waits(scenario());
  waits.track();
  (void)waits.raw("BX 0001");
  const auto first = waits.marks.back();
  const Duration asked = waits.now;
  (void)waits.raw("BX 0001");
  CHECK(waits.marks.back().frame == first.frame + 1);
  CHECK(waits.now > asked);
  CHECK(waits.now == waits.marks.back().exposure + 10ms);

  Host repeats(scenario("poll = 'repeat'"));
  repeats.track();
  repeats.now += 1s;
  (void)repeats.raw("BX 0001");
  (void)repeats.raw("BX 0001");
  REQUIRE(repeats.marks.size() == 2);
  CHECK(repeats.marks[0].frame == repeats.marks[1].frame);
}

TEST_CASE("polling slower than the device skips frames") {
  Host host(scenario());
  host.track();
  (void)host.raw("BX 0001");
  host.now += 500ms;
  (void)host.raw("BX 0001");
  CHECK(host.marks[1].frame - host.marks[0].frame == Approx(30).margin(2));
}

TEST_CASE("TSTART 80 counts frames from one again") {
  Host host(scenario());
  host.track();
  host.now += 10s;
  (void)host.raw("BX 0001");
  CHECK(host.marks.back().frame > 500);
  (void)host.ask("TSTOP ");
  (void)host.ask("TSTART 80");
  (void)host.raw("BX 0001");
  (void)host.raw("BX 0001");
  CHECK(host.marks.back().frame == 1);
}

TEST_CASE("BX2 gives a frame once, with the device's own time, and then nothing") {
  Host host(scenario());
  host.track();
  host.now += 100ms;
  const std::string body = Host::payload(host.raw("BX2 "));
  CHECK(at<std::uint16_t>(body, 0) == 1);
  CHECK(at<std::uint16_t>(body, 2) == 1);  // one component
  CHECK(at<std::uint16_t>(body, 4) == 1);  // a frame
  CHECK(at<std::uint32_t>(body, 6) == body.size() - 4);
  CHECK(at<std::uint32_t>(body, 12) == 1);  // one item
  CHECK(at<std::uint8_t>(body, 16) == 2);   // of passive tools
  CHECK(at<std::uint32_t>(body, 20) == host.marks.back().frame);
  CHECK(at<std::uint32_t>(body, 24) == 1'700'000'000);
  CHECK(Duration(at<std::uint32_t>(body, 28)) == host.marks.back().exposure);
  CHECK(at<std::uint16_t>(body, 34) == 1);  // only the 6D component inside
  CHECK(at<std::uint16_t>(body, 36) == 2);
  CHECK(at<std::uint32_t>(body, 44) == 2);  // two tools
  CHECK(at<std::uint16_t>(body, 48) == 1);
  CHECK(at<std::uint16_t>(body, 50) == 0);
  CHECK(at<float>(body, 52 + 24) == Approx(-1500).margin(0.9));
  CHECK(body.size() == 48 + 2 * 36);
  CHECK(Host::payload(host.raw("BX2 ")).size() == 4);
}

TEST_CASE("BX2 gives markers with their reasons, and aligned when one is missing") {
  Host host(scenario());
  host.track();
  host.break_it({.kind = FaultKind::occlusion, .tool = "ref", .markers = {2}});
  host.now += 100ms;
  const std::string body = Host::payload(host.raw("BX2 --6d=none --3d=tools"));
  CHECK(at<std::uint16_t>(body, 36) == 3);
  CHECK(at<std::uint16_t>(body, 50) == 4);  // markers of the first tool
  CHECK(at<std::uint8_t>(body, 52) == 0);
  CHECK(at<std::uint8_t>(body, 52 + 16) == 1);
  CHECK(at<std::uint16_t>(body, 52 + 16 + 2) == 1);
  CHECK(at<std::uint16_t>(body, 52 + 16 + 4 + 2) == 2);
  CHECK(at<float>(body, 52 + 16 + 4 + 4 + 8) == Approx(-1500).margin(1));
}

TEST_CASE("a hybrid tracker reports active tools one or two frames earlier, with their pose") {
  const std::string active =
      "[[tool]]\nname='probe'\nkind='wired'\nbuttons=2\nframe='tracker'\n"
      "marker=[{at_mm=[0,0,0]},{at_mm=[55,0,0]},{at_mm=[0,33,0]}]\n"
      "keyframe=[{t_s=0,position_mm=[-200,0,-1500],rotation_wxyz=[1,0,0,0]},"
      "{t_s=10,position_mm=[200,0,-1500],rotation_wxyz=[1,0,0,0]}]\n";
  Host host(scenario("hybrid = true", active));
  CHECK(host.ask("INIT ") == "OKAY");
  CHECK(host.ask("PHSR 02") == "0101001");
  CHECK(host.ask("PINIT 01") == "OKAY");
  CHECK(host.ask("PENA 01D") == "OKAY");
  const std::string h = host.load(host.device.world().scenario().tools[0].rom_image);
  (void)host.ask("PINIT " + h);
  (void)host.ask("PENA " + h + "D");
  (void)host.ask("TSTART ");
  (void)host.raw("BX 0001");
  host.now = 5s;
  const std::string body = Host::payload(host.raw("BX 0001"));
  const auto lag = at<std::uint32_t>(body, 1 + 42 + 2 + 36) - at<std::uint32_t>(body, 1 + 2 + 36);
  CHECK((lag == 1 || lag == 2));
  const Duration exposed = host.marks.back().exposure - lag * 16'666'667ns;
  const auto truth = host.device.world().truth(2, exposed).tracker_from_tool.origin().mm;
  CHECK(at<float>(body, 3 + 16) == Approx(truth.x()).margin(0.5));  // it moves 1.2 mm a frame
  host.now += 100ms;
  const std::string bx2 = Host::payload(host.raw("BX2 "));
  CHECK(at<std::uint32_t>(bx2, 12) == 2);  // an item for each kind of tool
}

TEST_CASE("streams come unasked in their wrapper, between the replies to commands") {
  Host host(scenario());
  host.track();
  CHECK(host.ask("STREAM --interval=2 --id=s BX 0001") == "OKAY");
  const std::string got = host.run_until(host.now + 200ms);
  REQUIRE(got.size() > 9);
  const std::string head("\xD4\xB5\x01\x00s", 5);
  CHECK(got.substr(0, 5) == head);
  CHECK(at<std::uint16_t>(got, 5) == test::crc_of(head));
  const std::size_t one = 7 + 8 + at<std::uint16_t>(got, 9);
  CHECK(got.size() % one == 0);
  CHECK(got.size() / one == 6);  // 200 ms at 30 per second
  (void)Host::payload(got.substr(7, one - 7));
  CHECK(host.marks[1].frame - host.marks[0].frame == 2);
  CHECK(host.ask("USTREAM --id=s") == "OKAY");
  CHECK(host.run_until(host.now + 200ms).empty());
  CHECK(host.ask("STREAM --port=5000 BX 0001") == "ERROR33");
  CHECK(host.ask("STREAM VER 4") == "ERROR01");
}
