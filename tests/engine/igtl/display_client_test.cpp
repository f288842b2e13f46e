#include "engine/igtl/display_client.hpp"

#include <catch2/catch.hpp>

#include "engine/igtl/client.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using namespace trocar::igtl;
using std::chrono::milliseconds;

namespace {

namespace asio = boost::asio;

// The server as one client sees it, with a clock that stands still until it is put forward.
struct Server final : DisplayClient::Owner {
  void on_version_2(DisplayClient& /*client*/) override { ++versions_2; }
  void on_status_asked(DisplayClient& /*client*/) override { ++status_asked; }
  ServerStats& counters() override { return stats; }
  [[nodiscard]] Timestamp now() const override { return time; }

  int versions_2 = 0;
  int status_asked = 0;
  ServerStats stats;
  Timestamp time{};
};

// One display on a real socket.
struct Wire {
  Wire() { client->receive(); }
  // The network thread's work, until the condition holds or nothing happens for a second.
  template <class Condition>
  void until(const Condition& condition) {
    while (!condition() && context.run_one_for(std::chrono::seconds(1)) > 0) {
    }
    REQUIRE(condition());
  }
  // Gives the client text after text until the kernel takes no more; returns all of them.
  std::string fill() {
    std::string all;
    for (char letter = 'a'; stats_sent() == all.size(); ++letter) {
      REQUIRE(letter <= 'z');
      const auto bytes = std::make_shared<const Buffer>(1U << 20U, std::byte(letter));
      all.append(bytes->size(), letter);
      client->push_news(bytes);
      client->send();
    }
    return all;
  }
  [[nodiscard]] std::size_t stats_sent() const { return server.stats.bytes_sent.value(); }
  void say(const Buffer& bytes) const { display.say(as_text(bytes)); }

  asio::io_context context;
  Server server;
  test::LoopbackListener listener;
  std::shared_ptr<DisplayClient> client = std::make_shared<DisplayClient>(connected(), server);
  test::Peer display = listener.accept();

 private:
  asio::ip::tcp::socket connected() {
    asio::ip::tcp::socket socket(context);
    socket.connect({asio::ip::address_v4::loopback(), listener.port()});
    return socket;
  }
};

Buffer query(std::string_view type, std::uint16_t version = 1) {
  Buffer out;
  append_query(out, {version, "Trocar"}, type);
  return out;
}

}  // namespace

TEST_CASE("a display speaks version 1 until its first message of version 2, said once") {
  Wire wire;
  wire.say(query("GET_STATUS"));
  wire.until([&] { return wire.server.status_asked == 1; });
  CHECK(wire.client->version() == 1);
  wire.say(make_hello());
  wire.say(query("GET_STATUS", 2));
  wire.until([&] { return wire.server.status_asked == 2; });
  CHECK(wire.client->version() == 2);
  CHECK(wire.server.versions_2 == 1);
  wire.say(query("GET_STATUS"));  // a later message of version 1 takes nothing back
  wire.until([&] { return wire.server.status_asked == 3; });
  CHECK(wire.client->version() == 2);
}

TEST_CASE("H24: what a display is not asked for is counted and dropped, the link stays") {
  Wire wire;
  Buffer pose;
  append_transform(pose, {1, "NeedleToRas"}, std::array<float, 12>{});
  wire.say(pose);
  wire.say(make_hello());
  wire.until([&] { return wire.server.versions_2 == 1; });
  CHECK(wire.server.stats.inbound_dropped.value() == 1);
  CHECK(wire.client->is_open());
}

TEST_CASE("a message that is no OpenIGTLink ends the link, with its own count") {
  Wire wire;
  Buffer evil = query("STATUS", 2);
  store_be(evil.data() + 42, ~std::uint64_t{0});
  wire.say(evil);
  wire.until([&] { return !wire.client->is_open(); });
  CHECK(wire.server.stats.closed_malformed.value() == 1);
  CHECK(wire.display.ended());
}

TEST_CASE("a display that goes is counted once, whatever is found out afterwards") {
  Wire wire;
  wire.display.close();
  wire.until([&] { return !wire.client->is_open(); });
  wire.client->close(wire.server.stats.closed_stalled);
  wire.client->send();
  CHECK(wire.server.stats.closed_by_peer.value() == 1);
  CHECK(wire.server.stats.closed_stalled.value() == 0);
}

TEST_CASE("a display that is slow gets every byte in order once it reads") {
  Wire wire;
  const std::string all = wire.fill();
  std::string heard;
  while (heard.size() < all.size()) {
    heard += wire.display.hear(std::min<std::size_t>(64U << 10U, wire.stats_sent() - heard.size()));
    (void)wire.context.poll();
  }
  CHECK(heard == all);
  CHECK(wire.client->is_open());
}

TEST_CASE("a display that takes nothing is closed after the limit and not before") {
  Wire wire;
  (void)wire.fill();
  const Duration limit = milliseconds(300);
  wire.server.time += limit;
  wire.client->close_when_stalled(limit);
  CHECK(wire.client->is_open());
  wire.server.time += Duration(1);
  wire.client->close_when_stalled(limit);
  CHECK_FALSE(wire.client->is_open());
  CHECK(wire.server.stats.closed_stalled.value() == 1);
}

TEST_CASE("a display with nothing to take is never stalled") {
  Wire wire;
  wire.server.time += std::chrono::hours(1);
  wire.client->close_when_stalled(milliseconds(300));
  CHECK(wire.client->is_open());
}

TEST_CASE("news that nobody takes ends the link rather than the memory") {
  Wire wire;
  (void)wire.fill();
  const auto news = std::make_shared<const Buffer>(10, std::byte('n'));
  for (int i = 0; i < 1000 && wire.client->is_open(); ++i) wire.client->push_news(news);
  CHECK_FALSE(wire.client->is_open());
  CHECK(wire.server.stats.closed_stalled.value() == 1);
}
