#include "engine/igtl/message_decoder.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "engine/igtl/crc64.hpp"
#include "tests/engine/igtl/bytes_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

Header header_of(const std::string& type, const Buffer& body, u16 version = 1) {
  return {version, type, "D", 0, body.size(), crc64(body)};
}
Result<Message> decode(const std::string& type, const Bytes& body, u16 version = 1) {
  return decode_message(header_of(type, body.all, version), body.all);
}
std::string refusal(const Result<Message>& m) { return m ? "accepted" : m.error().detail; }

Bytes header_bytes(u16 version, std::string_view type) {
  Bytes b;
  (b << version).text(type, 12).text("Needle", 20);
  b << u64{0x0000000180000000} << u64{77} << u64{0x1122334455667788};
  return b;
}

// POLYDATA of three points and one triangle, with what its size fields say.
Bytes triangle(u32 points, u32 polygons, u32 polygon_bytes, u32 last_corner) {
  Bytes b;
  b << points << u32{0} << u32{0} << u32{0} << u32{0} << polygons << polygon_bytes << u32{0}
    << u32{0} << u32{0};
  for (int i = 0; i < 9; ++i) b << static_cast<float>(i);
  b << u32{3} << u32{0} << u32{1} << last_corner;
  return b;
}

}  // namespace

TEST_CASE("a header is read field by field") {
  const auto h = decode_header(header_bytes(2, "TRANSFORM").all);
  REQUIRE(h);
  CHECK(h.value().version == 2);
  CHECK(h.value().type == "TRANSFORM");
  CHECK(h.value().device == "Needle");
  CHECK(h.value().timestamp == 0x0000000180000000);  // 1.5 s
  CHECK(h.value().body_size == 77);
  CHECK(h.value().crc == 0x1122334455667788);
}

TEST_CASE("a header of another version, without a type or cut short is refused") {
  for (const u16 version : {u16{0}, u16{3}, u16{0x0100}}) {
    const auto h = decode_header(header_bytes(version, "TRANSFORM").all);
    REQUIRE_FALSE(h);
    CHECK(h.error().code == Code::unsupported);
    CHECK(h.error().detail.ends_with("found " + std::to_string(version)));
  }
  CHECK_FALSE(decode_header(header_bytes(1, "").all));
  CHECK_FALSE(decode_header(header_bytes(1, "TRA\x01").all));
  CHECK_FALSE(decode_header(header_bytes(1, "TR\xC3\x84").all));
  const Buffer whole = header_bytes(1, "STRING").all;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CHECK_FALSE(decode_header(std::span(whole).first(n)));
  }
}

TEST_CASE("a TRANSFORM has its translation last") {
  Bytes b;
  for (int i = 0; i < 12; ++i) b << static_cast<float>(i);
  const auto m = decode("TRANSFORM", b);
  REQUIRE(m);
  CHECK(std::get<TransformBody>(m.value().body).columns[9] == 9.F);
  b << u8{0};
  CHECK(refusal(decode("TRANSFORM", b)) ==
        "TRANSFORM of 'D': expected 48 bytes of content, found 49");
}

TEST_CASE("a STRING is as long as it says, not as long as its body") {
  Bytes b;
  (b << u16{3} << u16{2}).text("abcd");
  const auto m = decode("STRING", b);
  REQUIRE(m);
  CHECK(std::get<StringBody>(m.value().body).text == "ab");
  Bytes longer;
  (longer << u16{3} << u16{5}).text("abcd");
  CHECK_FALSE(decode("STRING", longer));
}

TEST_CASE("a STATUS keeps a negative subcode, and ends its texts at the first zero") {
  Bytes b;
  b << u16{13} << static_cast<u64>(-7);
  b.text("name", 20).text("what\0rest", 0).text(std::string_view("\0x", 2));
  const auto m = decode("STATUS", b);
  REQUIRE(m);
  const auto& s = std::get<StatusBody>(m.value().body);
  CHECK(s.code == 13);
  CHECK(s.subcode == -7);
  CHECK(s.error_name == "name");
  CHECK(s.message == "what");
}

TEST_CASE("a POLYDATA is taken when every size in it fits, and refused when one does not") {
  const auto m = decode("POLYDATA", triangle(3, 1, 16, 2));
  REQUIRE(m);
  const auto& b = std::get<PolyDataBody>(m.value().body);
  CHECK(b.points[2] == std::array<float, 3>{6, 7, 8});
  CHECK(b.polygons.words == std::vector<u32>{3, 0, 1, 2});
  CHECK_FALSE(decode("POLYDATA", triangle(3, 1, 16, 3)));           // no such point
  CHECK_FALSE(decode("POLYDATA", triangle(4, 1, 16, 2)));           // more points than bytes
  CHECK_FALSE(decode("POLYDATA", triangle(0xFFFFFFFF, 1, 16, 2)));  // 48 GB of them
  CHECK_FALSE(decode("POLYDATA", triangle(3, 2, 16, 2)));           // more cells than words
  CHECK_FALSE(decode("POLYDATA", triangle(3, 1, 12, 2)));           // cells end too soon
  CHECK_FALSE(decode("POLYDATA", triangle(3, 1, 15, 2)));           // no whole words
  Bytes left_over = triangle(3, 1, 20, 2);
  left_over << u32{7};
  CHECK_FALSE(decode("POLYDATA", left_over));  // a word of no cell
}

TEST_CASE("version 2: content lies between extended header and metadata") {
  Bytes b;
  b << u16{12} << u16{2 + 8} << u32{5} << u32{42};
  (b << u16{3} << u16{1}).text("x");
  (b << u16{1} << u16{2} << u16{106} << u32{3}).text("kkvvv");
  const auto m = decode("STRING", b, 2);
  REQUIRE(m);
  CHECK(m.value().id == 42);
  CHECK(std::get<StringBody>(m.value().body).text == "x");
  REQUIRE(m.value().metadata.size() == 1);
  CHECK(m.value().metadata[0].encoding == utf_8);
  CHECK(*m.value().find("kk") == "vvv");
}

TEST_CASE("version 2: metadata larger than the body, or than stated, are refused") {
  Bytes more;
  (more << u16{12} << u16{10} << u32{50} << u32{0}).text("0123456789");
  CHECK(refusal(decode("STRING", more, 2)).find("metadata within the body") != std::string::npos);
  Bytes value;
  (value << u16{12} << u16{10} << u32{2} << u32{0} << u16{1} << u16{1} << u16{3} << u32{9})
      .text("kv");
  CHECK(refusal(decode("X", value, 2)).find("metadata that fits") != std::string::npos);
  Bytes count;
  count << u16{12} << u16{10} << u32{0} << u32{0} << u16{2} << u16{0} << u16{3} << u32{0};
  CHECK(refusal(decode("X", count, 2)).find("a metadata index") != std::string::npos);
  Bytes tiny;
  tiny << u16{11} << u16{0} << u32{0} << u32{0};
  CHECK(refusal(decode("X", tiny, 2)).find("an extended header") != std::string::npos);
}

TEST_CASE("a type that is not spoken here is taken as such, with its metadata") {
  Bytes b;
  b << u16{12} << u16{10} << u32{2} << u32{0};
  (b << u64{1} << u16{1} << u16{1} << u16{3} << u32{1}).text("kv");
  const auto m = decode("VIDEO", b, 2);
  REQUIRE(m);
  CHECK(std::holds_alternative<Other>(m.value().body));
  CHECK(*m.value().find("k") == "v");
}

TEST_CASE("a damaged body is told apart from a malformed one") {
  Bytes b;
  (b << u16{3} << u16{1}).text("x");
  Header h = header_of("STRING", b.all);
  h.crc ^= 1U;
  const auto m = decode_message(h, b.all);
  REQUIRE_FALSE(m);
  CHECK(m.error().code == Code::crc_mismatch);
  h.body_size += 1;
  CHECK(decode_message(h, b.all).error().code == Code::malformed);
}
