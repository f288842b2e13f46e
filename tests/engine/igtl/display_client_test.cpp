#include "engine/igtl/display_client.hpp"

#include <catch2/catch.hpp>

#include "engine/igtl/client.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/fake_connection.hpp"

using namespace trocar;
using namespace trocar::igtl;
using std::chrono::milliseconds;

namespace {

// The server as one client sees it, with a clock that stands still until it is put forward.
struct Server final : DisplayClient::Owner {
  void on_version_2(DisplayClient& /*client*/) override { ++versions_2; }
  void on_message(DisplayClient& client, const Message& m) override {
    said.push_back(m.header.type);
    if (m.header.type != "GET_POINT") return;
    client.push_news(std::make_shared<const Buffer>(10));
    client.send();
  }
  void on_refused(DisplayClient& /*client*/, Refusal why) override { stats.of(why).add(); }
  ServerStats& counters() override { return stats; }
  [[nodiscard]] Timestamp now() const override { return time; }

  int versions_2 = 0;
  std::vector<std::string> said;
  ServerStats stats;
  Timestamp time{};
};

struct Wire {
  explicit Wire(const ServerConfig& c = {}) : config(c) { client->receive(); }

  void offer(std::string_view text, OutQueue::Slot slot = OutQueue::tools) {
    const auto bytes = as_bytes(text);
    client->offer(slot, std::make_shared<const Buffer>(bytes.begin(), bytes.end()));
    client->send();
  }
  void push_news(std::string_view text) {
    const auto bytes = as_bytes(text);
    client->push_news(std::make_shared<const Buffer>(bytes.begin(), bytes.end()));
    client->send();
  }
  [[nodiscard]] std::uint64_t refused(Refusal why) const { return server.stats.of(why).value(); }

  ServerConfig config;
  Server server;
  test::FakePeer peer;
  test::FakeAlarm turn;
  std::shared_ptr<DisplayClient> client =
      std::make_shared<DisplayClient>(std::make_unique<test::FakeConnection>(peer),
                                      std::make_unique<test::FakeTimer>(turn), config, server);
};

Buffer query(std::string_view type, std::uint16_t version = 1) {
  Buffer out;
  append_query(out, {version, "Trocar"}, type);
  return out;
}

}  // namespace

TEST_CASE("a display speaks version 1 until its first message of version 2, said once") {
  Wire wire;
  wire.peer.say(query("GET_STATUS"));
  CHECK(wire.client->version() == 1);
  wire.peer.say(make_hello());
  wire.peer.say(query("GET_STATUS", 2));
  CHECK(wire.client->version() == 2);
  CHECK(wire.server.versions_2 == 1);
  wire.peer.say(query("GET_STATUS"));  // a later message of version 1 takes nothing back
  CHECK(wire.client->version() == 2);
  CHECK(wire.server.said.size() == 4);
}

TEST_CASE("what ends the link is counted under its reason") {
  struct Case {
    Refusal why;
    std::function<void(Buffer&)> spoil;
  };
  const std::vector<Case> cases = {
      {Refusal::too_large, [](Buffer& b) { store_be(b.data() + 42, ~std::uint64_t{0}); }},
      {Refusal::other_protocol, [](Buffer& b) { b[0] = std::byte('G'); }},
      {Refusal::bad_crc, [](Buffer& b) { b[57] ^= std::byte{1}; }},
      {Refusal::malformed, [](Buffer& b) { b[2] = std::byte{0}; }}};
  for (const Case& c : cases) {
    Wire wire;
    Buffer bytes = make_hello();
    c.spoil(bytes);
    wire.peer.say(bytes);
    CHECK_FALSE(wire.client->is_open());
    CHECK(wire.refused(c.why) == 1);
    CHECK(wire.peer.closed);
  }
}

TEST_CASE("a display that goes is counted once, whatever is found out afterwards") {
  Wire wire;
  wire.peer.go();
  wire.client->refuse(Refusal::stalled);
  wire.client->send();
  CHECK(wire.server.stats.closed_by_peer.value() == 1);
  CHECK(wire.refused(Refusal::stalled) == 0);
}

TEST_CASE("a display that is slow gets every byte in order once it reads") {
  Wire wire;
  wire.peer.room = 3;
  wire.push_news("first ");
  wire.push_news("second");
  CHECK(wire.peer.heard == "fir");
  wire.peer.make_room(5);
  wire.peer.make_room(100);
  CHECK(wire.peer.heard == "first second");
}

TEST_CASE("a display that takes nothing is closed after the limit and not before") {
  Wire wire;
  wire.peer.room = 0;
  wire.peer.unacknowledged = 100'000;
  wire.push_news("news");
  wire.server.time += wire.config.stall_limit;
  wire.client->watch();
  CHECK(wire.client->is_open());
  wire.server.time += Duration(1);
  wire.client->watch();
  CHECK_FALSE(wire.client->is_open());
  CHECK(wire.refused(Refusal::stalled) == 1);
}

TEST_CASE("a display that takes a little now and then is not stalled") {
  Wire wire;
  wire.push_news(std::string(100'000, 'x'));
  for (wire.peer.unacknowledged = 100'000; wire.peer.unacknowledged > 0;
       wire.peer.unacknowledged -= 10'000) {
    wire.server.time += wire.config.stall_limit;
    wire.client->watch();
    REQUIRE(wire.client->is_open());
  }
}

TEST_CASE("a display with nothing to take is never stalled") {
  Wire wire;
  wire.server.time += std::chrono::hours(1);
  wire.client->watch();
  CHECK(wire.client->is_open());
}

TEST_CASE("guidance is not begun while much is under way, so that a stall ends at a message") {
  Wire wire;
  wire.server.time += std::chrono::seconds(5);
  wire.offer("one ");
  wire.peer.unacknowledged = 20'000;
  wire.server.time += milliseconds(10);
  wire.offer("two ");
  wire.offer("three ");
  CHECK(wire.peer.heard == "one ");
  REQUIRE(wire.turn.wait);
  wire.peer.unacknowledged = 0;
  wire.server.time += *wire.turn.wait;
  wire.turn.ring();
  CHECK(wire.peer.heard == "one three ");
  CHECK(wire.server.stats.skipped.value() == 1);
}

TEST_CASE("a display that cannot follow gets a longer pace, and the old one back by and by") {
  ServerConfig config;
  config.stall_limit = std::chrono::minutes(1);
  Wire wire(config);
  wire.peer.unacknowledged = 20'000;
  for (int i = 0; i < 3; ++i) {
    wire.server.time += std::chrono::seconds(1);
    wire.client->watch();
  }
  CHECK(wire.client->pace() > 3 * wire.config.pace);
  wire.peer.unacknowledged = 0;
  for (int i = 0; i < 20; ++i) {
    wire.server.time += std::chrono::seconds(11);
    wire.client->watch();
  }
  CHECK(wire.client->pace() == wire.config.pace);
}

TEST_CASE("a surface on its way is no reason for a longer pace") {
  Wire wire;
  wire.server.time += std::chrono::seconds(5);
  wire.push_news("surface");
  wire.peer.unacknowledged = 500'000;
  wire.client->watch();
  CHECK(wire.client->pace() == wire.config.pace);
}

TEST_CASE("guidance keeps the display's pace, and the newest comes when it is due") {
  Wire wire;
  wire.server.time += std::chrono::seconds(1);
  for (const char* text : {"1 ", "2 ", "3 ", "4 "}) {
    wire.offer(text);
    wire.server.time += milliseconds(1);
  }
  CHECK(wire.peer.heard == "1 2 ");  // one may be late, the next is then in time
  REQUIRE(wire.turn.wait);
  wire.server.time += *wire.turn.wait;
  wire.turn.ring();
  CHECK(wire.peer.heard == "1 2 4 ");
}

TEST_CASE("a message that drips is given up at its deadline, a pause between messages is none") {
  Wire wire;
  const Buffer hello = make_hello();
  wire.peer.say(hello);
  wire.server.time += std::chrono::minutes(1);
  wire.client->watch();
  CHECK(wire.client->is_open());
  for (std::size_t i = 0; i < 3; ++i) {
    wire.peer.say(std::span(hello).subspan(i, 1));
    wire.server.time += std::chrono::seconds(1);
    wire.client->watch();
  }
  CHECK_FALSE(wire.client->is_open());
  CHECK(wire.refused(Refusal::message_too_slow) == 1);
}

TEST_CASE("a display that sends without end is sent away, one that asks a lot at once is not") {
  ServerConfig config;
  config.max_messages_per_s = 10;
  Wire wire(config);
  for (int i = 0; i < 20; ++i) wire.peer.say(query("GET_STATUS"));
  CHECK(wire.client->is_open());
  wire.peer.say(query("GET_STATUS"));
  CHECK(wire.refused(Refusal::too_many_messages) == 1);
}

TEST_CASE("a display that asks more than it reads is heard again once it has read") {
  Wire wire;
  wire.peer.room = 0;
  Buffer questions;
  for (int i = 0; i < 500; ++i) append_query(questions, {1, "Trocar"}, "GET_POINT");
  questions.resize(questions.size() - 1);  // the last is not whole
  wire.peer.say(questions);
  CHECK(wire.server.said.size() < 40);
  CHECK_FALSE(wire.peer.read);
  wire.server.time += std::chrono::seconds(1);
  wire.client->watch();
  wire.peer.make_room(400);
  CHECK(wire.server.said.size() < 80);
  wire.server.time += std::chrono::seconds(1);
  wire.client->watch();
  CHECK(wire.client->is_open());
  wire.peer.make_room(1U << 20U);
  CHECK(wire.server.said.size() == 499);
  CHECK(wire.peer.heard.size() == 4990);
  REQUIRE(wire.peer.read);
  wire.server.time += std::chrono::milliseconds(2001);
  wire.client->watch();
  CHECK(wire.refused(Refusal::message_too_slow) == 1);
}

TEST_CASE("news that nobody takes ends the link rather than the memory") {
  Wire wire;
  wire.peer.room = 0;
  for (int i = 0; i < 1000 && wire.client->is_open(); ++i) wire.push_news("news");
  CHECK_FALSE(wire.client->is_open());
  CHECK(wire.refused(Refusal::stalled) == 1);
}

TEST_CASE("a large message gives way to the other displays") {
  Wire wire;
  wire.peer.room = 0;
  wire.push_news(std::string(1'000'000, 'x'));
  wire.peer.room = 0;
  REQUIRE(wire.peer.writable);
  wire.peer.make_room(1U << 30U);
  CHECK(wire.peer.heard.size() == 1'000'000);
}
