#include <catch2/catch.hpp>

#include "drivers/simulators/ndi_frame_report.hpp"
#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;

namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

HandleReport seen() {
  HandleReport h;
  h.handle = 0x0A;
  h.port_status = 0x31;
  h.frame = 0x1234;
  h.observed.seen = Seen::ok;
  h.observed.rotation = Eigen::Quaterniond(0.5, -0.5, 0.5, -0.5);
  h.observed.position_mm = {1.006, -20.5, -1500};
  h.observed.rms_mm = 0.12345;
  return h;
}
HandleReport lost(Seen why) {
  HandleReport h = seen();
  h.observed.seen = why;
  return h;
}
FrameReport report(std::vector<HandleReport> handles, std::uint16_t status = 0) {
  return {std::move(handles), {}, status, {}};
}

const std::string pose = "+05000-05000+05000-05000+000101-002050-150000+01235";
const std::string numbers = "0000003100001234";

}  // namespace

TEST_CASE("a TX pose is 51 characters: rotation, place and error, rounded") {
  CHECK(tx_text(report({seen()}, 0x40), opt_transforms) == "010A" + pose + numbers + "\n0040");
  HandleReport bad = seen();
  bad.observed.rms_mm = 50;  // the field holds no more than 9.9999
  CHECK(tx_text(report({bad}), opt_transforms).find("+99999" + numbers) != std::string::npos);
}

TEST_CASE("a tool that gives no pose says MISSING, with its status and frame") {
  for (const Seen why : {Seen::missing, Seen::too_few, Seen::bad_fit, Seen::out_of_volume}) {
    CHECK(tx_text(report({lost(why)}), opt_transforms) == "010AMISSING" + numbers + "\n0000");
  }
}

TEST_CASE("a pose out of volume is given on demand only, one partly out always") {
  const auto outside = report({lost(Seen::out_of_volume)});
  CHECK(tx_text(outside, opt_transforms | opt_out_of_volume) == "010A" + pose + numbers + "\n0000");
  CHECK(tx_text(report({lost(Seen::partially_out)}), opt_transforms) ==
        "010A" + pose + numbers + "\n0000");
}

TEST_CASE("nothing follows DISABLED and UNOCCUPIED, whatever was asked") {
  HandleReport off = seen();
  off.condition = HandleCondition::disabled;
  HandleReport gone = seen();
  gone.condition = HandleCondition::unoccupied;
  CHECK(tx_text(report({off, gone}), 0x000F) == "020ADISABLED\n0AUNOCCUPIED\n0000");
  CHECK(test::hex(bx_payload(report({off, gone}), 0x000F)) == "020A040A040000");
}

TEST_CASE("while a diagnostic is pending or it is too hot no transform is given") {
  for (const std::uint16_t status : {std::uint16_t{0x0100}, std::uint16_t{0x0200}}) {
    CHECK(tx_text(report({seen()}, status), opt_transforms).substr(4, 7) == "MISSING");
    CHECK(bx_payload(report({seen()}, status), opt_transforms)[2] == std::byte{0x02});
  }
}

TEST_CASE("tool information: the reason, and twenty markers of which the last digit is the first") {
  HandleReport h = lost(Seen::too_few);
  h.observed.markers.resize(4);
  h.observed.markers[0].code = MarkerSighting::used;
  h.observed.markers[3].code = MarkerSighting::max_error;
  CHECK(tx_text(report({h}), opt_tool_info) == "010A02" + std::string(16, '0') + "2003\n0000");
  CHECK(test::hex(bx_payload(report({h}), opt_tool_info)) ==
        "010A0202" + std::string(16, '0') + "20030000");
  h.observed.seen = Seen::bad_fit;
  CHECK(tx_text(report({h}), opt_tool_info).substr(4, 2) == "01");
  h.observed.seen = Seen::ok;
  CHECK(tx_text(report({h}), opt_tool_info).substr(4, 2) == "00");
}

TEST_CASE("markers: those seen, each with its bit for out of volume, which shows on demand") {
  HandleReport h = seen();
  h.observed.markers = {{MarkerSighting::used, {1, 2, 3}},
                        {MarkerSighting::missing, {}},
                        {MarkerSighting::used_out_of_volume, {4, 5, 6}}};
  const std::string first = "+000100+000200+000300";
  CHECK(tx_text(report({h}), opt_markers_3d) == "010A010" + first + "\n0000");
  CHECK(tx_text(report({h}), opt_markers_3d | opt_out_of_volume) ==
        "010A022" + first + "+000400+000500+000600\n0000");
}

TEST_CASE("of more than four markers the first four have the last digit, of eight the last byte") {
  HandleReport h = seen();
  h.observed.markers.assign(9, {MarkerSighting::used, {0, 0, 0}});
  h.observed.markers[5].code = MarkerSighting::used_out_of_volume;
  h.observed.markers[8].code = MarkerSighting::used_out_of_volume;
  const unsigned asked = opt_markers_3d | opt_out_of_volume;
  CHECK(tx_text(report({h}), asked).substr(4, 5) == "09120");
  CHECK(test::hex(bx_payload(report({h}), asked)).substr(6, 6) == "090120");
}

TEST_CASE("strays come after the handles, with a digit of bits for every four") {
  FrameReport r = report({});
  CHECK(tx_text(r, opt_strays) == "00000000");
  r.strays_mm.assign(5, Eigen::Vector3d(-1, 0, 0.014));
  std::string five;
  for (int i = 0; i < 5; ++i) five += "-000100+000000+000001";
  CHECK(tx_text(r, opt_strays) == "000500" + five + "0000");
  const auto bx = text_of(bx_payload(r, opt_strays));
  REQUIRE(bx.size() == 1 + 1 + 1 + 5 * 12 + 2);
  CHECK(test::at<float>(bx, 3) == -1.F);
}

TEST_CASE("a BX pose is eight floats, then status and frame, little-endian") {
  const auto bytes = text_of(bx_payload(report({seen()}, 0x0080), opt_transforms));
  REQUIRE(bytes.size() == 1 + 2 + 32 + 8 + 2);
  CHECK(bytes.substr(0, 3) == "\x01\x0A\x01");
  const std::vector<float> expected{0.5F, -0.5F, 0.5F, -0.5F, 1.006F, -20.5F, -1500.F, 0.12345F};
  for (std::size_t i = 0; i < 8; ++i) CHECK(test::at<float>(bytes, 3 + 4 * i) == expected[i]);
  CHECK(bytes.substr(35) == std::string("\x31\0\0\0\x34\x12\0\0\x80\0", 10));
}

TEST_CASE("the frames of replies: text with CRC, header and payload with theirs, a stream's name") {
  CHECK(text_of(ascii_reply("OKAY")) == "OKAYA896\r");
  const std::vector<std::byte> payload{std::byte{1}, std::byte{2}};
  const std::string binary = text_of(binary_reply(payload));
  REQUIRE(binary.size() == 10);
  CHECK(binary.substr(0, 4) == std::string("\xC4\xA5\x02\0", 4));
  CHECK(test::at<std::uint16_t>(binary, 4) == test::crc_of(binary.substr(0, 4)));
  CHECK(test::at<std::uint16_t>(binary, 8) == test::crc_of("\x01\x02"));
  const std::string streamed = text_of(streamed_reply("ab", binary_reply(payload)));
  CHECK(streamed.substr(0, 6) == std::string("\xD4\xB5\x02\0ab", 6));
  CHECK(test::at<std::uint16_t>(streamed, 6) == test::crc_of(streamed.substr(0, 6)));
  CHECK(streamed.substr(8) == binary);
}
