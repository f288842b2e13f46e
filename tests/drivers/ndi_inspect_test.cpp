#include "drivers/ndi_inspect.hpp"

#include <catch2/catch.hpp>

#include "drivers/little_endian.hpp"
#include "drivers/ndi_framing.hpp"

using namespace trocar;

namespace {

struct Inspected {
  NdiInspection result;
  std::vector<NdiInspectLine> lines;
};

Inspected inspect(const std::string& content) {
  Inspected out;
  auto result = inspect_ndi(content, "or.tsv",
                            [&](const NdiInspectLine& line) { out.lines.push_back(line); });
  INFO((result ? "" : result.error().detail));
  REQUIRE(result);
  out.result = std::move(result).value();
  return out;
}

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string reply(const std::string& text) { return text_of(encode_ascii_reply(text)); }

std::string hex(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    out += two;
  }
  return out;
}
// One line of a captured log.
std::string logged(const std::string& direction, const std::string& bytes) {
  return "7\t-\t" + direction + "\t" + std::to_string(bytes.size()) + "\tASC_OK\t" + hex(bytes) +
         "\n";
}

const std::string pose =
    "0101+10000+00000+00000+00000+000100-000200-150000+00123"
    "0000003100000010\n0000";
const std::string pose_fields =
    "01 OK 1.0000 0.0000 0.0000 0.0000 1.00 -2.00 -1500.00 0.0123 ps=31 fr=16|sys=0";

// A BX reply about one missing tool.
std::string bx() {
  std::vector<std::byte> b;
  for (const unsigned v : {1U, 0x0AU, 2U}) append_le(b, static_cast<std::uint8_t>(v));
  append_le(b, std::uint32_t{0x31});
  append_le(b, std::uint32_t{258});
  append_le(b, std::uint16_t{0x80});
  return text_of(encode_binary_reply(b));
}

}  // namespace

TEST_CASE("a real tracker's recorded reply becomes the line its log was decoded to by others") {
  const std::string recorded =
      "12\t-\tC\t12\tASC_OK\t54583a30303031303331410d\n"
      "12\t-\tR\t37\tASC_OK\t"
      "303130314d495353494e47303030303030333130303030303341330a30303030354134390d\n";
  const auto got = inspect(recorded);
  REQUIRE(got.lines.size() == 1);
  CHECK(got.lines[0].tab_separated() ==
        "or.tsv\t0\tTX:0001031A\t"
        "303130314d495353494e47303030303030333130303030303341330a30303030354134390d\t"
        "01 MISS ps=31 fr=931|sys=0\t");
  CHECK(got.result.listed == 1);
  CHECK(got.result.refused == 0);
  CHECK(got.result.remarks.empty());
}

TEST_CASE("a pose is written with the resolution of the wire, in the recorded order") {
  const auto got = inspect(logged("C", "TX 0001\r") + logged("R", reply(pose)) +
                           logged("C", "BX:0001C26D\r") + logged("R", bx()));
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0].fields == pose_fields);
  CHECK(got.lines[0].command == "TX 0001");
  CHECK(got.lines[1].fields == "0A MISS ps=31 fr=258|sys=80");
  CHECK(got.lines[1].index == 1);
}

TEST_CASE("only replies to tracking commands are listed, and a reset of the device is none") {
  const auto got = inspect(logged("C", "INIT:E3A5\r") + logged("R", reply("OKAY")) +
                           logged("C", "TX:0001031A\r") + logged("R", reply("RESET")) +
                           logged("R", reply(pose)));
  REQUIRE(got.lines.size() == 1);
  CHECK(got.lines[0].fields == pose_fields);
  CHECK(got.lines[0].command == "TX:0001031A");
  CHECK(got.result.refused == 0);
}

TEST_CASE("strays are listed apart, disabled tools not at all") {
  const auto got = inspect(logged("C", "TX 1001\r") +
                           logged("R", reply("0203DISABLED\n0AMISSING0000003F00000000\n"
                                             "020+004119+022414-174811+000001-000002+0000030000")));
  REQUIRE(got.lines.size() == 1);
  CHECK(got.lines[0].fields == "0A MISS ps=3F fr=0|sys=0");
  CHECK(got.lines[0].strays == "41.19,224.14,-1748.11;0.01,-0.02,0.03");
}

TEST_CASE("a damaged reply is refused with its line, and the ones after it are still read") {
  std::string damaged = reply(pose);
  damaged[10] = '7';
  const auto got =
      inspect(logged("C", "TX 0001\r") + logged("R", damaged) + logged("C", "TX 0001\r") +
              logged("R", reply(pose)) + "rubbish\n" + "9\t-\tR\t2\tx\tzz\n");
  CHECK(got.result.listed == 1);
  CHECK(got.result.refused == 3);
  REQUIRE(got.result.remarks.size() == 3);
  CHECK(got.result.remarks[0].starts_with("or.tsv: line 2: "));
  CHECK(got.result.remarks[1] == "or.tsv: line 5: not a recorded message");
  CHECK(got.result.remarks[2] == "or.tsv: line 6: the bytes are not hexadecimal");
}

TEST_CASE("a log cut in a line is refused there; its heading and its comments are no damage") {
  const std::string whole =
      "number\ttime\n" + logged("C", "TX 0001\r") + "# a comment\n" + logged("R", reply(pose));
  CHECK(inspect(whole).result.refused == 0);
  CHECK(inspect(whole).result.listed == 1);
  const auto cut = inspect(whole + logged("C", "TX 0001\r").substr(0, 6));
  CHECK(cut.result.listed == 1);
  CHECK(cut.result.refused == 1);
}

TEST_CASE("an error of the device instead of a pose is refused with what it said") {
  const auto got = inspect(logged("C", "BX:0001C26D\r") + logged("R", reply("ERROR0C")));
  CHECK(got.lines.empty());
  CHECK(got.result.refused == 1);
  CHECK(got.result.remarks.at(0).find("ERROR0C") != std::string::npos);
}

TEST_CASE("raw bytes with the commands between them read like the log of the same session") {
  const auto got = inspect("INIT:E3A5\r" + reply("OKAY") + "TX:0001031A\r" + reply(pose) +
                           "BX:0001C26D\r" + bx());
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0].command == "TX:0001031A");
  CHECK(got.lines[0].fields == pose_fields);
  CHECK(got.lines[1].fields == "0A MISS ps=31 fr=258|sys=80");
}

TEST_CASE("of raw replies without commands the options are worked out and marked with '?'") {
  // "000000" might be a TX reply without a tool, but as well many another answer.
  const auto got = inspect(reply("OKAY") + reply("000000") + reply(pose) + bx());
  REQUIRE(got.lines.size() == 2);
  CHECK(got.lines[0].command == "?TX:0001");
  CHECK(got.lines[0].fields == pose_fields);
  CHECK(got.lines[1].command == "?BX:0001");
}

TEST_CASE("raw bytes that break off keep what came before and say where they broke") {
  const std::string whole = reply(pose);
  const auto got = inspect(whole + whole.substr(0, 20));
  CHECK(got.result.listed == 1);
  CHECK(got.result.refused == 1);
  CHECK(got.result.remarks.at(0) ==
        "or.tsv: byte " + std::to_string(whole.size()) + ": incomplete at the end of the file");
}

TEST_CASE("a file without any tracking reply is an error that names it and its size") {
  for (const std::string nothing : {"", "hello\nworld\n", "\r\r\r"}) {
    const auto got = inspect_ndi(nothing, "x.bin", [](const NdiInspectLine&) { FAIL(); });
    REQUIRE_FALSE(got);
    CHECK(got.error().code == Code::malformed);
    CHECK(got.error().detail.starts_with("x.bin: "));
    CHECK(got.error().detail.ends_with("in " + std::to_string(nothing.size()) + " bytes"));
  }
}

TEST_CASE("of a file full of rubbish the first hundred remarks are kept, all are counted") {
  std::string content = logged("C", "TX 0001\r") + logged("R", reply(pose));
  for (int i = 0; i < 150; ++i) content += "9\t-\tR\t2\tx\tzz\n";
  const auto got = inspect(content);
  CHECK(got.result.refused == 150);
  CHECK(got.result.remarks.size() == 100);
}
