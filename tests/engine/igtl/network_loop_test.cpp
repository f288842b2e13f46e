#include "engine/igtl/network_loop.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "engine/base/signal.hpp"
#include "engine/igtl/bytes.hpp"
#include "tests/loopback.hpp"

using namespace trocar;
using std::chrono::milliseconds;

namespace {

// A loop that keeps the last connection it was given.
struct Room {
  Room() {
    const auto listening = loop.listen(
        "127.0.0.1", 0, [this](std::unique_ptr<Connection> c) { guest = std::move(c); });
    REQUIRE(listening);
    port = listening.value();
  }
  template <class Condition>
  void until(const Condition& condition) {
    while (!condition() && loop.run_one_for(std::chrono::seconds(5))) {
    }
    REQUIRE(condition());
  }
  test::Peer connect() {
    test::Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in at = test::LoopbackListener::address(port);
    REQUIRE(::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    until([this] { return guest != nullptr; });
    return peer;
  }

  NetworkLoop loop;
  std::uint16_t port = 0;
  std::unique_ptr<Connection> guest;
};

}  // namespace

TEST_CASE("bytes go both ways, and the peer has an address") {
  Room room;
  const auto peer = room.connect();
  CHECK(room.guest->peer().is_loopback());
  CHECK(room.guest->write(igtl::as_bytes("hello")).value() == 5);
  CHECK(peer.hear(5) == "hello");
  std::string heard;
  room.guest->when_read([&](const Result<std::span<const std::byte>>& bytes) {
    heard = igtl::as_text(bytes.value());
  });
  peer.say("there");
  room.until([&] { return heard == "there"; });
}

TEST_CASE("a peer that goes is an error of the read, said once") {
  Room room;
  auto peer = room.connect();
  int lost = 0;
  room.guest->when_read([&](const Result<std::span<const std::byte>>& bytes) { lost += !bytes; });
  peer.close();
  room.until([&] { return lost == 1; });
}

TEST_CASE("after close no handler is called") {
  Room room;
  const auto peer = room.connect();
  bool called = false;
  room.guest->when_read([&](const Result<std::span<const std::byte>>&) { called = true; });
  peer.say("x");
  room.guest->close();
  while (room.loop.run_one_for(milliseconds(20))) {
  }
  CHECK_FALSE(called);
}

TEST_CASE(
    "a kernel without room takes nothing, says when it has some, and knows what is under way") {
  Room room;
  const auto peer = room.connect();
  const std::vector<std::byte> block(1U << 20U);
  std::size_t written = 0;
  for (std::size_t n = 1; n > 0; written += n) n = room.guest->write(block).value();
  CHECK(room.guest->unacknowledged() > 0);
  bool room_again = false;
  room.guest->when_writable([&](const Status& there) { room_again = static_cast<bool>(there); });
  for (std::size_t heard = 0; heard < written;)
    heard += peer.hear(std::min<std::size_t>(written - heard, 65536)).size();
  room.until([&] { return room_again; });
}

TEST_CASE("a timer rings once, a newer time replaces the older, a destroyed one is silent") {
  NetworkLoop loop;
  auto timer = loop.make_timer();
  int first = 0;
  int second = 0;
  timer->after(milliseconds(1), [&] { ++first; });
  timer->after(milliseconds(2), [&] { ++second; });
  auto gone = loop.make_timer();
  gone->after(Duration(0), [&] { ++first; });
  gone.reset();
  while (loop.run_one_for(milliseconds(50))) {
  }
  CHECK(first == 0);
  CHECK(second == 1);
}

TEST_CASE("a watched descriptor calls whenever it can be read, and stays its owner's") {
  Signal signal;
  int rung = 0;
  {
    NetworkLoop loop;
    REQUIRE(loop.watch(signal.fd(), [&] {
      signal.drain();
      ++rung;
    }));
    for (int i = 1; i <= 3; ++i) {
      signal.notify();
      while (rung < i && loop.run_one_for(std::chrono::seconds(5))) {
      }
    }
  }
  CHECK(rung == 3);
  signal.notify();
  CHECK(signal.wait(milliseconds(100)));
}

TEST_CASE("an IPv6 listener takes IPv4 too, and says the address as IPv4") {
  NetworkLoop loop;
  std::unique_ptr<Connection> guest;
  const auto port =
      loop.listen("::", 0, [&](std::unique_ptr<Connection> c) { guest = std::move(c); });
  if (!port) {
    WARN("skipped: this machine has no IPv6");
    return;
  }
  const test::Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in at = test::LoopbackListener::address(port.value());
  REQUIRE(::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  while (!guest && loop.run_one_for(std::chrono::seconds(5))) {
  }
  REQUIRE(guest);
  CHECK(guest->peer().text() == "127.0.0.1");
}

TEST_CASE("a taken port and an address that is none are errors") {
  Room room;
  NetworkLoop other;
  const auto ignore = [](std::unique_ptr<Connection>) {};
  CHECK(other.listen("127.0.0.1", room.port, ignore).error().code == Code::io);
  NetworkLoop third;
  CHECK(third.listen("nowhere", 0, ignore).error().code == Code::config);
}
