#include "engine/igtl/client.hpp"

#include <catch2/catch.hpp>

#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::igtl;
using namespace std::chrono_literals;
using test::LoopbackListener;
using test::Peer;

namespace {

std::string where(const std::string& text) {
  const auto e = parse_endpoint(text);
  return e ? e.value().host + " " + std::to_string(e.value().port) : "refused";
}

Buffer text_message(std::string_view device, std::string_view text) {
  Buffer out;
  append_string(out, {1, device}, text);
  return out;
}

struct Talk {
  LoopbackListener listener;
  std::unique_ptr<IgtlClient> client = connect();
  Peer server = listener.accept();
  std::vector<Message> heard;

  std::unique_ptr<IgtlClient> connect() const {
    auto c = IgtlClient::connect({"127.0.0.1", listener.port()}, 5s);
    INFO((c ? "" : c.error().detail));
    REQUIRE(c);
    return std::move(c).value();
  }
  void say(std::span<const std::byte> bytes) const { server.say(as_text(bytes)); }
  Status receive(Duration at_most = 5s) {
    return client->receive(at_most, [&](Message m) { heard.push_back(std::move(m)); });
  }
};

}  // namespace

TEST_CASE("a server is named by host and port, the port by default OpenIGTLink's own") {
  CHECK(where("or1:18945") == "or1 18945");
  CHECK(where("or1") == "or1 18944");
  CHECK(where("192.168.0.7:1") == "192.168.0.7 1");
  CHECK(where("[::1]:65535") == "::1 65535");
  CHECK(where("[fe80::1]") == "fe80::1 18944");
}

TEST_CASE("what names no server is refused with what was expected and found") {
  for (const std::string bad : {"", ":18944", "or1:", "or1:0", "or1:65536", "or1:-1", "or1:1x",
                                "or1:+1", "or1: 1", "::1", "a:b:1", "[::1]x", "[::1]1", "[::1]:"}) {
    INFO(bad);
    const auto e = parse_endpoint(bad);
    REQUIRE_FALSE(e);
    CHECK(e.error().code == Code::config);
    CHECK(e.error().detail == "expected HOST:PORT, found '" + bad + "'");
  }
}

TEST_CASE("brackets that hold nothing or do not close name no server") {
  for (const std::string bad : {"[", "[]", "[]:18944", "[::1", "[::1:18944"}) {
    INFO(bad);
    CHECK(where(bad) == "refused");
  }
}

TEST_CASE("a port on which nobody listens is told with its address") {
  const std::uint16_t port = test::closed_port();
  const auto c = IgtlClient::connect({"127.0.0.1", port}, 5s);
  REQUIRE_FALSE(c);
  CHECK(c.error().code == Code::disconnected);
  CHECK(c.error().detail.starts_with("127.0.0.1:" + std::to_string(port) + ": "));
}

TEST_CASE("a server that takes no connection ends at the deadline") {
  const LoopbackListener full(0);
  std::vector<Peer> fillers;
  const sockaddr_in to = LoopbackListener::address(full.port());
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)::connect(fillers.back().fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  const auto c = IgtlClient::connect({"127.0.0.1", full.port()}, 50ms);
  REQUIRE_FALSE(c);
  CHECK(c.error().code == Code::timeout);
  CHECK(c.error().detail.ends_with("no answer in 50 ms"));
}

TEST_CASE("messages come whole and in order, however their bytes were split") {
  Talk talk;
  Buffer both = text_message("A", "first");
  const Buffer second = text_message("B", "second");
  both.insert(both.end(), second.begin(), second.end());
  const std::span<const std::byte> all(both);
  for (std::size_t at = 0; at < all.size(); at += 50) {
    talk.say(all.subspan(at, std::min<std::size_t>(50, all.size() - at)));
    REQUIRE(talk.receive());
  }
  while (talk.heard.size() < 2) REQUIRE(talk.receive());
  CHECK(std::get<StringBody>(talk.heard[0].body).text == "first");
  CHECK(std::get<StringBody>(talk.heard[1].body).text == "second");
}

TEST_CASE("no bytes at the deadline is no error, and a later message is still read") {
  Talk talk;
  CHECK(talk.receive(1ms));
  CHECK(talk.receive(0ms));
  CHECK(talk.heard.empty());
  talk.say(text_message("A", "late"));
  while (talk.heard.empty()) REQUIRE(talk.receive());
  CHECK(std::get<StringBody>(talk.heard[0].body).text == "late");
}

TEST_CASE("half a message is kept, not given") {
  Talk talk;
  const Buffer whole = text_message("A", "text");
  talk.say(std::span(whole).first(60));
  CHECK(talk.receive());
  CHECK(talk.heard.empty());
  talk.say(std::span(whole).subspan(60));
  while (talk.heard.empty()) REQUIRE(talk.receive());
  CHECK(talk.heard[0].header.device == "A");
}

TEST_CASE("a server that closes is an error, after its last message, and stays one") {
  Talk talk;
  talk.say(text_message("A", "bye"));
  talk.server.close();
  Status last = Done{};
  for (int i = 0; i < 10 && last; ++i) last = talk.receive();
  CHECK(talk.heard.size() == 1);
  REQUIRE_FALSE(last);
  CHECK(last.error().code == Code::disconnected);
  CHECK_FALSE(talk.receive());
}

TEST_CASE("a server that speaks something else is an error that names the server") {
  Talk talk;
  talk.server.say("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html; charset=utf-8\r\n\r\n");
  Status last = Done{};
  for (int i = 0; i < 10 && last; ++i) last = talk.receive();
  REQUIRE_FALSE(last);
  CHECK(last.error().detail.starts_with("127.0.0.1:"));
  CHECK(talk.heard.empty());
}

TEST_CASE("what is sent arrives whole; what came meanwhile is not lost") {
  Talk talk;
  CHECK(talk.receive(0ms));  // a read is under way while sending
  talk.say(text_message("A", "meanwhile"));
  const Buffer hello = make_hello();
  REQUIRE(talk.client->send(hello, 5s));
  CHECK(talk.server.hear(hello.size()) == as_text(hello));
  while (talk.heard.empty()) REQUIRE(talk.receive());
  CHECK(std::get<StringBody>(talk.heard[0].body).text == "meanwhile");
}

TEST_CASE("a server that takes no bytes ends sending at its deadline") {
  Talk talk;
  const Buffer much(8U << 20U);
  Status sent = Done{};
  for (int i = 0; i < 8 && sent; ++i) sent = talk.client->send(much, 1ms);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::timeout);
  CHECK(sent.error().detail.ends_with("takes no bytes"));
}

TEST_CASE("the first word of this engine's clients is a version 2 STATUS that says OK") {
  const auto all = decode_all(make_hello());
  REQUIRE(all.size() == 1);
  CHECK(all[0].header.version == 2);
  CHECK(std::get<StatusBody>(all[0].body).code == status_ok);
}
