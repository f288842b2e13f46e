#include "engine/igtl/message_encoder.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "engine/igtl/crc64.hpp"

using namespace trocar::igtl;

namespace {

// Bytes written down by hand: text as it is, numbers in hexadecimal.
std::string hex(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == ' ') continue;
    out += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    ++i;
  }
  return out;
}
std::string padded(std::string text, std::size_t size) {
  text.resize(size, '\0');
  return text;
}
std::string text_of(const Buffer& b) { return std::string(as_text(b)); }

// A whole message as the standard lays it out.
std::string message(const std::string& version, const std::string& type, const std::string& device,
                    const std::string& timestamp, const std::string& body) {
  char size[17];
  char crc[17];
  std::snprintf(size, sizeof size, "%016zx", body.size());
  std::snprintf(crc, sizeof crc, "%016llx", static_cast<unsigned long long>(crc64(as_bytes(body))));
  return hex(version) + padded(type, 12) + padded(device, 20) + hex(timestamp) + hex(size) +
         hex(crc) + body;
}

}  // namespace

TEST_CASE("a version 1 STRING is header, encoding, length and text") {
  Buffer out;
  append_string(out, {1, "Needle", 0x0000000100000002, 9, {}}, "ab");
  CHECK(text_of(out) ==
        message("0001", "STRING", "Needle", "0000000100000002", hex("0003 0002") + "ab"));
}

TEST_CASE("version 2 puts an extended header before the content and the metadata behind it") {
  const std::vector<MetadatumView> metadata{{"k", "val"}, {"key2", "", utf_8}};
  Buffer out;
  append_string(out, {2, "N", 0, 0x01020304, metadata}, "x", utf_8);
  const std::string extended = hex("000C 0012 00000008 01020304");  // 12, 2 + 2 * 8, 8 bytes, id
  const std::string content = hex("006A 0001") + "x";
  const std::string index = hex("0002 0001 0003 00000003 0004 006A 00000000");
  CHECK(text_of(out) == message("0002", "STRING", "N", "0000000000000000",
                                extended + content + index + "kvalkey2"));
}

TEST_CASE("version 1 has no place for metadata: they are left out") {
  const std::vector<MetadatumView> metadata{{"k", "v"}};
  Buffer with;
  Buffer without;
  append_string(with, {1, "N", 0, 7, metadata}, "x");
  append_string(without, {1, "N"}, "x");
  CHECK(with == without);
}

TEST_CASE("a TRANSFORM is twelve big-endian floats") {
  Buffer out;
  const std::array<float, 12> columns{1, 0, 0, 0, -2, 0, 0, 0, 0.5F, 0, 0, 1500};
  append_transform(out, {1, "T"}, columns);
  CHECK(text_of(out) ==
        message("0001", "TRANSFORM", "T", "0000000000000000",
                hex("3F800000 00000000 00000000 00000000 C0000000 00000000 00000000 00000000 "
                    "3F000000 00000000 00000000 44BB8000")));
}

TEST_CASE("a STATUS is code, subcode, a name in 20 bytes and a text that ends with a zero") {
  Buffer out;
  append_status(out, {1, "Trocar"}, {13, -2, "unregistered", "why"});
  CHECK(text_of(out) ==
        message("0001", "STATUS", "Trocar", "0000000000000000",
                hex("000D FFFFFFFFFFFFFFFE") + padded("unregistered", 20) + padded("why", 4)));
}

TEST_CASE("a POLYDATA counts points, four kinds of cells and attributes, then lists them") {
  PolyDataBody b;
  b.points = {{1, 2, 3}, {0, 0, 0}};
  b.lines = {1, {2, 0, 1}};
  b.attributes = {{0, 1, 2, "ab", {1.F, 2.F}}};
  Buffer out;
  append_polydata(out, {1, "L"}, b);
  const std::string sizes =
      hex("00000002 00000000 00000000 00000001 0000000C 00000000 00000000 00000000 00000000 "
          "00000001");
  const std::string points = hex("3F800000 40000000 40400000 00000000 00000000 00000000");
  const std::string cells = hex("00000002 00000000 00000001");
  const std::string attributes = hex("00 01 00000002") + padded("ab", 4)  // one zero, one to even
                                 + hex("3F800000 40000000");
  CHECK(text_of(out) ==
        message("0001", "POLYDATA", "L", "0000000000000000", sizes + points + cells + attributes));
}

TEST_CASE("a query has no content, and a type of twelve letters fills its field") {
  Buffer out;
  append_query(out, {1, "Q"}, "GET_POLYDATA");
  CHECK(text_of(out) == message("0001", "GET_POLYDATA", "Q", "0000000000000000", ""));
}

TEST_CASE("messages are appended: what is in the buffer stays") {
  Buffer out;
  append_string(out, {1, "A"}, "1");
  const Buffer first = out;
  append_string(out, {2, "B"}, "2");
  REQUIRE(out.size() > first.size());
  CHECK(std::equal(first.begin(), first.end(), out.begin()));
  Buffer second;
  append_string(second, {2, "B"}, "2");
  CHECK(std::equal(second.begin(), second.end(), out.end() - static_cast<long>(second.size())));
}

TEST_CASE("a text too long for its length field is cut, the message stays whole") {
  Buffer out;
  append_string(out, {1, "A"}, std::string(70'000, 'x'));
  CHECK(out.size() == header_size + 4 + 65'535);
  CHECK(load_be<std::uint16_t>(out.data() + header_size + 2) == 65'535);
}
