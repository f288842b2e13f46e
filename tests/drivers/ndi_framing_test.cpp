#include "drivers/ndi_framing.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;

namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of(std::string_view text) {
  const auto* p = reinterpret_cast<const std::byte*>(text.data());
  return {p, p + text.size()};
}

Bytes payload(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 37);
  return bytes;
}

struct Case {
  Bytes wire;
  NdiForm form;
  Bytes body;
  bool streamed;
};
std::vector<Case> cases() {
  const Bytes small = payload(20);
  return {
      {encode_ascii_reply("OKAY"), NdiForm::ascii, bytes_of("OKAY"), false},
      {encode_ascii_reply("two\nlines"), NdiForm::ascii, bytes_of("two\nlines"), false},
      {encode_binary_reply(small), NdiForm::binary, small, false},
      {encode_binary_reply(payload(65535)), NdiForm::binary, payload(65535), false},
      {encode_extended_reply(small), NdiForm::extended, small, false},
      {encode_stream_packet("id", encode_binary_reply(small)), NdiForm::binary, small, true},
      {encode_stream_packet("id", encode_ascii_reply("text")), NdiForm::ascii, bytes_of("text"),
       true},
  };
}

}  // namespace

TEST_CASE("replies carry the CRC that real devices send") {
  CHECK(encode_ascii_reply("OKAY") == bytes_of("OKAYA896\r"));
  CHECK(encode_ascii_reply("RESET") == bytes_of("RESETBE6F\r"));
  CHECK(encode_command("INIT", "") == "INIT:E3A5\r");
  CHECK(encode_command("TX", "0801") == "TX:0801C19B\r");
  CHECK(encode_command("PHRQ", "*********1****") == "PHRQ:*********1****A4C1\r");
}

TEST_CASE("every form of reply comes out as it went in") {
  for (const Case& c : cases()) {
    const auto reply = decode_ndi_reply(c.wire);
    REQUIRE(reply);
    CHECK(reply.value().form == c.form);
    CHECK(Bytes(reply.value().body.begin(), reply.value().body.end()) == c.body);
    CHECK(reply.value().streamed == c.streamed);
    CHECK(reply.value().stream == (c.streamed ? "id" : ""));
  }
}

TEST_CASE("glued replies come out one by one, split at any byte") {
  Bytes all;
  std::vector<Case> parts = cases();
  parts.erase(parts.begin() + 3);  // the largest only makes this slow
  for (const Case& c : parts) all.insert(all.end(), c.wire.begin(), c.wire.end());
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    NdiFraming framing;
    std::size_t found = 0;
    for (const auto piece : {std::span(all).first(cut), std::span(all).subspan(cut)}) {
      REQUIRE(framing.feed(piece));
      for (;;) {
        const auto reply = framing.next();
        REQUIRE(reply);
        if (!reply.value()) break;
        REQUIRE(reply.value()->form == parts[found].form);
        ++found;
      }
    }
    REQUIRE(found == parts.size());
  }
}

TEST_CASE("no single damaged bit of a reply with a CRC is accepted") {
  for (const Case& c : cases()) {
    if (c.form == NdiForm::extended || c.wire.size() > 1000) continue;  // extended has no CRC
    for (std::size_t bit = 0; bit < 8 * c.wire.size(); ++bit) {
      Bytes damaged = c.wire;
      damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      REQUIRE_FALSE(decode_ndi_reply(damaged));
    }
  }
}

TEST_CASE("a damaged length is refused before anything waits for that many bytes") {
  Bytes wire = encode_binary_reply(payload(20));
  wire[3] = std::byte{0xFF};
  CHECK_FALSE(find_ndi_reply(std::span(wire).first(6)));
}

TEST_CASE("an announced length beyond the limit is refused") {
  const Bytes wire = encode_extended_reply(payload(100));
  CHECK(find_ndi_reply(std::span(wire).first(6), {106}));
  CHECK_FALSE(find_ndi_reply(std::span(wire).first(6), {105}));
}

TEST_CASE("where the extended form is refused it is so by its start, alone and in a stream") {
  const NdiFramingLimits serial{.extended = false};
  const Bytes wire = encode_extended_reply(payload(20));
  CHECK_FALSE(find_ndi_reply(std::span(wire).first(2), serial));
  CHECK_FALSE(find_ndi_reply(encode_stream_packet("id", wire), serial));
  CHECK(find_ndi_reply(encode_binary_reply(payload(20)), serial));
}

TEST_CASE("text without an end is refused at the limit") {
  NdiFraming framing({64});
  REQUIRE(framing.feed(payload(64)));
  Bytes text(65, std::byte{'A'});
  framing.clear();
  REQUIRE(framing.feed(text));
  CHECK_FALSE(framing.next());
}

TEST_CASE("after damage nothing is accepted until the driver starts again") {
  NdiFraming framing;
  REQUIRE(framing.feed(bytes_of("OKAYA897\r")));
  CHECK_FALSE(framing.next());
  REQUIRE(framing.feed(encode_ascii_reply("OKAY")));
  CHECK_FALSE(framing.next());
  framing.clear();
  REQUIRE(framing.feed(encode_ascii_reply("OKAY")));
  const auto reply = framing.next();
  REQUIRE(reply);
  CHECK(reply.value()->text() == "OKAY");
}
