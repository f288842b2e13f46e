#include "engine/igtl/body_codec.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "tests/engine/igtl/one_of_each.hpp"

using namespace trocar::igtl;

TEST_CASE("each spoken type has a codec of its own name, and no other type has one") {
  for (const auto& m : one_of_each(1)) {
    INFO(m.header.type);
    REQUIRE(codec_of(m.header.type) != nullptr);
    CHECK(codec_of(m.header.type)->type == m.header.type);
  }
  for (const char* type : {"", "VIDEO", "transform", "TRANSFORM ", "TRANSFOR", "GET_STATUS",
                           "STP_TDATA", "GET_BIND", "STRINGSTRING"}) {
    CHECK(codec_of(type) == nullptr);
  }
}

TEST_CASE("a codec makes the body that its type is sent with, and writes it back") {
  std::set<std::size_t> kinds;
  for (const auto& m : one_of_each(1)) {
    INFO(m.header.type);
    const BodyCodec& codec = *codec_of(m.header.type);
    Buffer first;
    ByteWriter w(first);
    codec.put(w, m.body);
    const auto body = codec.decode(first);
    REQUIRE(body);
    CHECK(body.value().index() == m.body.index());
    kinds.insert(body.value().index());
  }
  CHECK(kinds.size() == std::variant_size_v<Body> - 1);  // all but Other
}

TEST_CASE("what does not fit is told as expected and found") {
  const auto e = misfit("48 bytes", 0xFFFFFFFFFFFFFFFF);
  CHECK(e.code == trocar::Code::malformed);
  CHECK(e.detail == "expected 48 bytes, found 18446744073709551615");
}
