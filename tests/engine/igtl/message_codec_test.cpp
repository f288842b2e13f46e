#include <catch2/catch.hpp>
#include <random>

#include "engine/igtl/crc64.hpp"
#include "engine/igtl/message_decoder.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

Message some_polydata() {
  Message m;
  m.header = {2, "POLYDATA", "Tumour", 0x0000000100000002, 0, 0};
  m.id = 5;
  PolyDataBody b;
  b.points = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  b.lines = {1, {2, 0, 1}};
  b.polygons = {1, {3, 0, 1, 2}};
  b.attributes = {{0, 1, 3, "depth", {1.F, 2.F, 3.F}}, {2, 3, 1, "n", {0.F, 0.F, 1.F}}};
  m.body = b;
  m.metadata = {{"Structure", us_ascii, "Tumour"}, {"Note", utf_8, ""}};
  return m;
}

std::vector<Message> one_of_each(std::uint16_t version) {
  std::vector<Message> all(4);
  all[0].header = {version, "TRANSFORM", "NeedleToRas", 1, 0, 0};
  TransformBody t;
  for (std::size_t i = 0; i < 12; ++i) t.columns[i] = static_cast<float>(i) - 5.5F;
  all[0].body = t;
  all[1].header = {version, "STRING", "NeedleDistance", 2, 0, 0};
  all[1].body = StringBody{us_ascii, "tip_mm=-0.05"};
  all[2].header = {version, "STATUS", "Trocar", 3, 0, 0};
  all[2].body = StatusBody{13, -7, "unregistered", "state=unregistered"};
  all[3] = some_polydata();
  all[3].header.version = version;
  return all;
}

Buffer bytes_of(const Message& m) {
  Buffer out;
  append_message(out, m);
  return out;
}

}  // namespace

TEST_CASE("what is encoded decodes to the same, and encodes to the same bytes again") {
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    for (const auto& m : one_of_each(version)) {
      const Buffer bytes = bytes_of(m);
      const auto back = decode_all(bytes);
      REQUIRE(back.size() == 1);
      CHECK(back[0].header.device == m.header.device);
      CHECK(back[0].header.timestamp == m.header.timestamp);
      CHECK(back[0].body.index() == m.body.index());
      CHECK(back[0].metadata.size() == (version == 2 ? m.metadata.size() : 0));
      CHECK(bytes_of(back[0]) == bytes);
    }
  }
}

TEST_CASE("a transform travels column by column, translation last") {
  Buffer out;
  const std::array<float, 12> columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, 10, 20, 30};
  append_transform(out, {1, "AToRas"}, columns);
  REQUIRE(out.size() == 106);
  CHECK(load_be<std::uint32_t>(out.data() + 58 + 36) == std::bit_cast<std::uint32_t>(10.F));
}

TEST_CASE("names that are too long are cut with a zero behind, never run over") {
  Buffer out;
  append_string(out, {1, "ANameOfTwentyLetters"}, "x");
  CHECK(decode_all(out)[0].header.device == "ANameOfTwentyLetter");
}

TEST_CASE("values survive the wire exactly, whatever they are") {
  std::mt19937 random(11);
  for (int n = 0; n < 200; ++n) {
    TransformBody t;
    std::uniform_real_distribution<float> value(-1e6F, 1e6F);
    for (float& v : t.columns) v = value(random);
    Message m;
    m.header = {2, "TRANSFORM", "T", random(), 0, 0};
    m.body = t;
    m.metadata = {{"k", us_ascii, std::string(random() % 300, 'v')}};
    const auto back = decode_all(bytes_of(m)).at(0);
    CHECK(std::get<TransformBody>(back.body).columns == t.columns);
    CHECK(*back.find("k") == m.metadata[0].value);
    CHECK(back.find("K") == nullptr);
  }
}

TEST_CASE("one damaged byte of a body is noticed, wherever it is") {
  const Buffer good = bytes_of(some_polydata());
  for (std::size_t i = header_size; i < good.size(); ++i) {
    Buffer bad = good;
    bad[i] ^= std::byte{0x10};
    MessageStream stream;
    stream.push(bad);
    const auto m = stream.next();
    REQUIRE_FALSE(m);
    REQUIRE(m.error().code == Code::crc_mismatch);
  }
}

TEST_CASE("every truncated body is refused, none is read beyond its end") {
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    for (const auto& m : one_of_each(version)) {
      const Buffer whole = bytes_of(m);
      for (std::size_t size = header_size; size < whole.size(); ++size) {
        auto header = decode_header(std::span<const std::byte>(whole).first(header_size)).value();
        const Buffer body(whole.begin() + header_size,
                          whole.begin() + static_cast<std::ptrdiff_t>(size));
        header.body_size = body.size();
        header.crc = crc64(body);
        const auto decoded = decode_message(header, body);
        // Only a text without its closing zero, or an empty version 2 query, is still a message.
        if (decoded) CHECK((m.header.type == "STATUS" || body.empty()));
      }
    }
  }
}

TEST_CASE("hostile: no size field inside a body makes the decoder read or allocate beyond it") {
  const std::vector<std::uint64_t> evil = {
      0, 1, 2, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF};
  for (const auto& m : one_of_each(2)) {
    const Buffer whole = bytes_of(m);
    for (std::size_t at = header_size; at + 8 <= whole.size(); ++at) {
      for (const std::uint64_t v : evil) {
        Buffer bad = whole;
        store_be(bad.data() + at, static_cast<std::uint32_t>(v));
        const auto body = std::span<const std::byte>(bad).subspan(header_size);
        auto header = decode_header(std::span<const std::byte>(bad).first(header_size)).value();
        header.crc = crc64(body);
        const auto decoded = decode_message(header, body);
        if (decoded && std::holds_alternative<PolyDataBody>(decoded.value().body)) {
          CHECK(std::get<PolyDataBody>(decoded.value().body).points.size() * 12 <= body.size());
        }
      }
    }
  }
}

TEST_CASE("a longer extended header than known is skipped") {
  Buffer out;
  append_string(out, {2, "S"}, "text");
  Buffer longer(out.begin(), out.begin() + header_size);
  Buffer body(out.begin() + header_size, out.end());
  body.insert(body.begin() + 12, 4, std::byte{0xAA});
  store_be(body.data(), std::uint16_t{16});
  auto header = decode_header(longer).value();
  header.body_size = body.size();
  header.crc = crc64(body);
  const auto m = decode_message(header, body);
  REQUIRE(m);
  CHECK(std::get<StringBody>(m.value().body).text == "text");
}

TEST_CASE("a polygon that names a point that does not exist is refused") {
  auto m = some_polydata();
  std::get<PolyDataBody>(m.body).polygons.words[3] = 3;
  const Buffer bytes = bytes_of(m);
  MessageStream stream;
  stream.push(bytes);
  const auto back = stream.next();
  REQUIRE_FALSE(back);
  CHECK(back.error().code == Code::malformed);
}
