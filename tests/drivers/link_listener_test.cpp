#include "drivers/link_listener.hpp"

#include <catch2/catch.hpp>

#include "tests/loopback.hpp"

using namespace trocar;
using namespace std::chrono_literals;

namespace {

struct Stage {
  test::Peer connect() const {
    test::Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in at = test::LoopbackListener::address(listener.port());
    REQUIRE(::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    return peer;
  }
  Signal stop;
  ByteLink link{stop};
  LinkListener listener;
};

}  // namespace

TEST_CASE("a peer that is allowed becomes the link, both ways") {
  Stage s;
  REQUIRE(s.listener.open("127.0.0.1", 0, {}));
  CHECK_FALSE(s.listener.accept(s.link, 1ms));
  const auto peer = s.connect();
  REQUIRE(s.listener.accept(s.link, 5s));
  CHECK(s.listener.peer() == "127.0.0.1");
  REQUIRE(s.link.write("hello", 1s));
  CHECK(peer.hear(5) == "hello");
}

TEST_CASE("H24: a peer that is not allowed is turned away and counted") {
  Stage s;
  const std::vector<IpRange> allow = {IpRange::parse("10.0.0.0/8").value()};
  REQUIRE(s.listener.open("127.0.0.1", 0, allow));
  const auto peer = s.connect();
  CHECK_FALSE(s.listener.accept(s.link, 5s));
  CHECK(peer.ended());
  CHECK(s.listener.refused() == 1);
}

TEST_CASE("who waits while somebody is connected is turned away, and the name stays") {
  Stage s;
  REQUIRE(s.listener.open("127.0.0.1", 0, {}));
  const auto first = s.connect();
  REQUIRE(s.listener.accept(s.link, 5s));
  const auto second = s.connect();
  while (s.listener.refused() == 0) s.listener.refuse_waiting();
  CHECK(second.ended());
  CHECK(s.link.is_open());
}

TEST_CASE("stop ends the wait for a peer, and wrong addresses are errors") {
  Stage s;
  REQUIRE(s.listener.open("127.0.0.1", 0, {}));
  s.stop.notify();
  CHECK_FALSE(s.listener.accept(s.link, 60s));
  LinkListener other;
  CHECK(other.open("nowhere", 0, {}).error().code == Code::config);
  CHECK(other.open("127.0.0.1", s.listener.port(), {}).error().code == Code::io);
}
