#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "engine/igtl/crc64.hpp"
#include "engine/igtl/message_decoder.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/largest_allocation.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/engine/igtl/one_of_each.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

Message polydata_message() {
  Message m;
  m.header = {2, "POLYDATA", "Tumour", 0x0000000100000002, 0, 0};
  m.body = some_polydata();
  return m;
}

Buffer bytes_of(const Message& m) {
  Buffer out;
  append_message(out, m);
  return out;
}

// A row of elements without its last is one, too; a POSITION has three lengths; a text may lack its
// closing zero. An empty version 2 body is a query.
bool may_be_shorter(const std::string& type) {
  const std::set<std::string> types = {"STATUS",   "TDATA",     "QTDATA",    "POINT",
                                       "TRAJ",     "IMGMETA",   "LBMETA",    "CAPABILITY",
                                       "POSITION", "STT_TDATA", "STT_QTDATA"};
  return types.contains(type);
}

// Decodes `whole` with one field after another of each evil value, and what stands there one more
// and one less, at a place: nothing larger may be allocated than the body can answer for.
template <class Field>
void decode_with_each(const Buffer& whole, std::size_t at) {
  if (at + sizeof(Field) > whole.size()) return;
  std::vector<std::uint64_t> evil = {0, 1, ~0ULL, ~0ULL - 1};
  for (const unsigned bit : {15U, 16U, 31U, 32U, 63U}) {
    for (const std::uint64_t off : {~0ULL, 0ULL, 1ULL}) evil.push_back((1ULL << bit) + off);
  }
  const auto there = load_be<Field>(whole.data() + at);
  evil.insert(evil.end(), {std::uint64_t{there} - 1, std::uint64_t{there} + 1});
  Buffer bad = whole;
  const auto body = std::span<const std::byte>(bad).subspan(header_size);
  auto header = decode_header(std::span<const std::byte>(bad).first(header_size)).value();
  for (const std::uint64_t v : evil) {
    store_be(bad.data() + at, static_cast<Field>(v));
    header.crc = crc64(body);
    reset_largest_allocation();
    const auto decoded = decode_message(header, body);
    // As in bodies_for_test.hpp.
    if (largest_allocation() > 1024 + 16 * body.size()) FAIL(at << " of " << v);
    if (decoded) (void)bytes_of(decoded.value());
  }
}

}  // namespace

TEST_CASE("what is encoded decodes to the same, and encodes to the same bytes again") {
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    for (const auto& m : one_of_each(version)) {
      INFO(m.header.type);
      const Buffer bytes = bytes_of(m);
      const auto back = decode_all(bytes);
      REQUIRE(back.size() == 1);
      CHECK(back[0].header.type == m.header.type);
      CHECK(back[0].header.device == m.header.device);
      CHECK(back[0].header.timestamp == m.header.timestamp);
      CHECK(back[0].body.index() == m.body.index());
      CHECK(back[0].id == m.id);
      CHECK(back[0].metadata.size() == m.metadata.size());
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
  const Buffer good = bytes_of(polydata_message());
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
        if (decoded) CHECK((may_be_shorter(m.header.type) || body.empty()));
      }
    }
  }
}

TEST_CASE("hostile: no size field inside a body makes the decoder read or allocate beyond it") {
  for (const std::uint16_t version : {std::uint16_t{1}, std::uint16_t{2}}) {
    for (const auto& m : one_of_each(version)) {
      INFO(m.header.type);
      const Buffer whole = bytes_of(m);
      for (std::size_t at = header_size; at < whole.size(); ++at) {
        decode_with_each<std::uint8_t>(whole, at);
        decode_with_each<std::uint16_t>(whole, at);
        decode_with_each<std::uint32_t>(whole, at);
        decode_with_each<std::uint64_t>(whole, at);
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
  auto m = polydata_message();
  std::get<PolyDataBody>(m.body).polygons.words[3] = 3;
  const Buffer bytes = bytes_of(m);
  MessageStream stream;
  stream.push(bytes);
  const auto back = stream.next();
  REQUIRE_FALSE(back);
  CHECK(back.error().code == Code::malformed);
}
