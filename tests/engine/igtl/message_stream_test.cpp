#include "engine/igtl/message_stream.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

Buffer three_messages() {
  Buffer out;
  append_string(out, {1, "One"}, "first");
  append_status(out, {2, "Two"}, {1, 0, "ok", "second"});
  append_string(out, {2, "Three"}, "third");
  return out;
}

// A header alone that claims a body of this size.
Buffer header_claiming(std::string_view type, std::uint64_t size) {
  Buffer out;
  append_query(out, {1, "Evil"}, type);
  store_be(out.data() + 42, size);
  return out;
}

std::string error_of(MessageStream& s) {
  const auto m = s.next();
  return m ? "" : m.error().detail;
}

}  // namespace

TEST_CASE("a stream gives the same messages at every split into two") {
  const Buffer bytes = three_messages();
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    MessageStream stream;
    int found = 0;
    const auto all = std::span<const std::byte>(bytes);
    for (const auto part : {all.first(cut), all.subspan(cut)}) {
      stream.push(part);
      for (;;) {
        const auto m = stream.next();
        REQUIRE(m);
        if (!m.value()) break;
        ++found;
      }
    }
    REQUIRE(found == 3);
    REQUIRE_FALSE(stream.in_message());
  }
}

TEST_CASE("a stream that drips byte by byte is read") {
  MessageStream stream;
  std::vector<std::string> names;
  for (const std::byte b : three_messages()) {
    stream.push(std::span(&b, 1));
    const auto m = stream.next();
    REQUIRE(m);
    if (m.value()) names.push_back(m.value()->header.device);
  }
  CHECK(names == std::vector<std::string>{"One", "Two", "Three"});
}

TEST_CASE("an unknown type is skipped in step, small or large, at any split") {
  for (const std::size_t size : {0UL, 10UL, 4096UL, 4097UL, 300'000UL}) {
    Buffer bytes = header_claiming("VIDEO", size);
    const Buffer body(size, std::byte{0});  // its CRC is 0, as the header says
    bytes.insert(bytes.end(), body.begin(), body.end());
    const Buffer after = three_messages();
    bytes.insert(bytes.end(), after.begin(), after.end());
    for (const std::size_t chunk : {std::size_t{997}, bytes.size()}) {
      MessageStream stream;
      std::vector<std::string> names;
      for (std::size_t at = 0; at < bytes.size(); at += chunk) {
        stream.push(
            std::span<const std::byte>(bytes).subspan(at, std::min(chunk, bytes.size() - at)));
        for (auto m = stream.next(); m.value(); m = stream.next()) {
          names.push_back(m.value()->header.device);
        }
      }
      REQUIRE(names == std::vector<std::string>{"Evil", "One", "Two", "Three"});
    }
  }
}

TEST_CASE("a type that the owner does not want is passed over, be its content sound or not") {
  const auto wants = [](std::string_view type) { return type == "STRING" || type == "STATUS"; };
  for (const std::size_t size : {0UL, 10UL, 4097UL, 300'000UL}) {
    Buffer bytes = header_claiming("IMAGE", size);
    bytes.resize(bytes.size() + size);
    append_string(bytes, {1, "After"}, "x");
    MessageStream stream({1000, 1'000'000}, wants);
    stream.push(bytes);
    const auto image = stream.next();
    REQUIRE(image);
    REQUIRE(image.value());
    CHECK(std::holds_alternative<Other>(image.value()->body));
    const auto after = stream.next();
    REQUIRE(after.value());
    CHECK(after.value()->header.device == "After");
  }
}

TEST_CASE("a small message that is not wanted still shows its metadata") {
  const std::array<MetadatumView, 1> metadata = {{{"key", "value"}}};
  Buffer bytes;
  append_transform(bytes, {2, "NeedleToRas", 0, 7, metadata}, std::array<float, 12>{});
  MessageStream stream({}, [](std::string_view) { return false; });
  stream.push(bytes);
  const auto m = stream.next();
  REQUIRE(m.value());
  CHECK(std::holds_alternative<Other>(m.value()->body));
  CHECK(*m.value()->find("key") == "value");
  CHECK(m.value()->id == 7);
}

TEST_CASE(
    "hostile: a header that claims too much ends the stream, and nothing is allocated for it") {
  const StreamLimits limits{1000, 100'000};
  for (const std::uint64_t size : {1001ULL, 1ULL << 31U, (1ULL << 31U) - 1, 1ULL << 32U,
                                   (1ULL << 32U) + 1, 1ULL << 63U, ~0ULL}) {
    MessageStream spoken(limits);
    spoken.push(header_claiming("TRANSFORM", size));
    CHECK(error_of(spoken).find("at most 1000") != std::string::npos);
    MessageStream skipped(limits);
    skipped.push(header_claiming("VIDEO", size));
    if (size > 100'000) {
      CHECK(error_of(skipped).find("at most") != std::string::npos);
    }
  }
}

TEST_CASE("hostile: sizes off by one are refused by type, not believed") {
  for (const std::uint64_t size : {0ULL, 1ULL, 47ULL, 49ULL}) {
    Buffer bytes = header_claiming("TRANSFORM", size);
    bytes.resize(bytes.size() + size);
    MessageStream stream;
    stream.push(bytes);
    CHECK_FALSE(stream.next());
  }
}

TEST_CASE("hostile: other protocols' greetings are no OpenIGTLink") {
  for (const std::string_view greeting :
       {"GET / HTTP/1.1\r\nHost: trocar.example\r\nUser-Agent: something\r\n\r\n",
        "\x16\x03\x01\x02\x01\x01\x01\x01\xfd\x03\x03 padding padding padding padding padding "}) {
    MessageStream stream;
    stream.push(as_bytes(greeting));
    const auto m = stream.next();
    REQUIRE_FALSE(m);
    CHECK(m.error().code == Code::unsupported);
  }
}

TEST_CASE("hostile: random bytes never make a message") {
  std::mt19937 random(3);
  for (int n = 0; n < 500; ++n) {
    Buffer noise(200);
    for (auto& b : noise) b = static_cast<std::byte>(random());
    noise[0] = std::byte{0};
    noise[1] = static_cast<std::byte>(1 + n % 2);
    MessageStream stream;
    stream.push(noise);
    const auto m = stream.next();
    CHECK((!m || !m.value()));
  }
}
