#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

Bytes string_of(u16 size, std::string_view text) {
  return (Bytes() << u16{106} << size).text(text);
}
Bytes command_of(u32 size, std::string_view text) {
  Bytes b;
  (b << u32{0x01020304}).text("StartRecording", 128);
  return (b << u16{3} << size).text(text);
}

}  // namespace

TEST_CASE("a STRING has an encoding and a text, which may hold zeros or be empty") {
  const Bytes b = string_of(4, std::string_view("a\0bc", 4));
  const auto s = read_whole<StringBody>(b);
  CHECK(s.encoding == utf_8);
  CHECK(s.text == std::string_view("a\0bc", 4));
  CHECK(written(s) == b.all);
  CHECK(read_whole<StringBody>(string_of(0, "")).text.empty());
}

TEST_CASE("hostile: a STRING longer than its bytes is refused") {
  for (const u16 size : lies_about<u16>(4)) {
    CHECK(refuses<StringBody>(string_of(size, "abcd")) == (size > 4));
  }
  CHECK(refusal_of<StringBody>(string_of(0xFFFF, "abcd")) ==
        "expected a text of 65535 bytes, found 8");
  check_each_cut_is_refused<StringBody>(string_of(4, "abcd"));
}

TEST_CASE("a STRING may be as long as its field can say") {
  const std::string longest(0xFFFF, 'x');
  CHECK(read_whole<StringBody>(string_of(0xFFFF, longest)).text == longest);
}

TEST_CASE("a STATUS is code, subcode, name and message") {
  Bytes b;
  (b << u16{0xFFFE} << u64{0x8000000000000000}).text("ANameOfTwentyLetters").text("why", 4);
  const auto s = read_whole<StatusBody>(b);
  CHECK(s.code == 0xFFFE);
  CHECK(s.subcode == std::numeric_limits<std::int64_t>::min());
  CHECK(s.error_name == "ANameOfTwentyLetters");  // fills its field
  CHECK(s.message == "why");
}

TEST_CASE("a STATUS without its message, or without the zero behind it, is one") {
  Bytes b;
  (b << u16{1} << u64{0}).text("", 20);
  CHECK(read_whole<StatusBody>(b).message.empty());
  CHECK(read_whole<StatusBody>(b.text("no end")).message == "no end");
  Bytes none;
  (none << u16{1} << u64{0}).text("", 19);
  CHECK(refusal_of<StatusBody>(none) == "expected at least 30 bytes of content, found 29");
  check_each_cut_is_refused<StatusBody>(none);
}

TEST_CASE("a COMMAND is id, name, encoding and text") {
  const Bytes b = command_of(10, "<Command/>");
  const auto c = read_whole<CommandBody>(b);
  CHECK(c.id == 0x01020304);
  CHECK(c.name == "StartRecording");
  CHECK(c.encoding == us_ascii);
  CHECK(c.text == "<Command/>");
  CHECK(written(c) == b.all);
  CHECK(read_whole<CommandBody>(command_of(0, "")).text.empty());
}

TEST_CASE("a COMMAND's name may fill its field of 128, and is sent with a zero at its end") {
  Bytes b;
  (b << u32{1}).text(std::string(128, 'n'));
  b << u16{3} << u32{0};
  const auto c = read_whole<CommandBody>(b);
  CHECK(c.name == std::string(128, 'n'));
  CHECK(read_whole<CommandBody>(Bytes{written(c)}).name == std::string(127, 'n'));
}

TEST_CASE("hostile: a COMMAND longer than its bytes is refused") {
  for (const u32 size : lies_about<u32>(4)) {
    CHECK(refuses<CommandBody>(command_of(size, "abcd")) == (size > 4));
  }
  CHECK(refusal_of<CommandBody>(command_of(0x80000000, "abcd")) ==
        "expected a command of 2147483648 bytes, found 142");
  check_each_cut_is_refused<CommandBody>(command_of(4, "abcd"));
}

TEST_CASE("an STT_ asks for a period and a frame; without content for each update") {
  Bytes b;
  (b << u32{50}).text("Patient", 32);
  const auto s = read_whole<StartBody>(b);
  CHECK(s.resolution_ms == 50);
  CHECK(s.frame == "Patient");
  CHECK(written(s) == b.all);
  CHECK(read_whole<StartBody>({}).resolution_ms == 0);
  Bytes full;
  (full << static_cast<u32>(-1)).text(std::string(32, 'f'));
  CHECK(read_whole<StartBody>(full).resolution_ms == -1);
  CHECK(read_whole<StartBody>(full).frame == std::string(32, 'f'));
}

TEST_CASE("an STT_ of any other length is refused") {
  for (std::size_t size = 1; size < 80; ++size) {
    CHECK(refuses<StartBody>(Bytes{Buffer(size)}) == (size != 36));
  }
}

TEST_CASE("an RTS_ is one byte") {
  CHECK(read_whole<ReplyBody>(Bytes() << u8{1}).status == 1);
  CHECK(written(ReplyBody{1}) == (Bytes() << u8{1}).all);
  CHECK(refusal_of<ReplyBody>({}) == "expected 1 byte of content, found 0");
  CHECK(refuses<ReplyBody>(Bytes() << u8{0} << u8{0}));
}
