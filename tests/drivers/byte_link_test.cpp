#include "drivers/byte_link.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>
#include <vector>

#include "tests/loopback.hpp"

using namespace trocar;
using namespace std::chrono_literals;
using test::LoopbackListener;
using test::Peer;

namespace {

// What one read gives, as text.
std::string read_text(ByteLink& link, Duration timeout = 5s) {
  std::array<std::byte, 64> bytes{};
  const auto n = link.read_some(bytes, timeout);
  if (!n) return "error: " + n.error().detail;
  return {reinterpret_cast<const char*>(bytes.data()), n.value()};
}
// Reads until `count` bytes are there.
std::string read_all(ByteLink& link, std::size_t count) {
  std::string out;
  while (out.size() < count) {
    const std::string more = read_text(link);
    if (more.empty()) break;
    out += more;
  }
  return out;
}

struct Tcp {
  Signal stop;
  ByteLink link{stop};
  LoopbackListener listener;
  Peer peer = connect();

  Peer connect() {
    const Status connected = link.connect_tcp("127.0.0.1", listener.port(), 5s);
    INFO((connected ? "" : connected.error().detail));
    REQUIRE(connected);
    return listener.accept();
  }
};

struct Pty {
  Peer device{::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)};
  std::string path;
  Pty() {
    REQUIRE(device.fd() >= 0);
    REQUIRE(::grantpt(device.fd()) == 0);
    REQUIRE(::unlockpt(device.fd()) == 0);
    std::array<char, 64> name{};
    REQUIRE(::ptsname_r(device.fd(), name.data(), name.size()) == 0);
    path = name.data();
  }
};

}  // namespace

TEST_CASE("a refused connection says where, and that the port is to be checked") {
  Signal stop;
  ByteLink link(stop);
  const std::uint16_t port = test::closed_port();
  const Status connected = link.connect_tcp("127.0.0.1", port, 5s);
  REQUIRE_FALSE(connected);
  CHECK(connected.error().code == Code::disconnected);
  CHECK(connected.error().detail.starts_with("127.0.0.1:" + std::to_string(port) + ": "));
  CHECK(connected.error().detail.find("refused") != std::string::npos);
  CHECK(connected.error().detail.ends_with("check the port"));
  CHECK_FALSE(link.is_open());
}

TEST_CASE("a host that takes no connection ends at the deadline with what to check") {
  const LoopbackListener full(0);  // nobody accepts; the system's queue holds very few
  std::vector<Peer> fillers;
  const sockaddr_in to = LoopbackListener::address(full.port());
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    (void)::connect(fillers.back().fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  Signal stop;
  ByteLink link(stop);
  const Status connected = link.connect_tcp("127.0.0.1", full.port(), 50ms);
  REQUIRE_FALSE(connected);
  CHECK(connected.error().code == Code::timeout);
  CHECK(connected.error().detail.find("check cable, power and address") != std::string::npos);
  CHECK_FALSE(link.is_open());
}

TEST_CASE("bytes arrive on both sides as they were sent") {
  Tcp tcp;
  REQUIRE(tcp.link.write("INIT:E3A5\r", 5s));
  CHECK(tcp.peer.hear(10) == "INIT:E3A5\r");
  const std::string reply("OKAY\0A896\r", 10);
  tcp.peer.say(reply);
  CHECK(read_all(tcp.link, reply.size()) == reply);
}

TEST_CASE("no bytes at the deadline is zero bytes, not an error, and the link stays up") {
  Tcp tcp;
  CHECK(read_text(tcp.link, 1ms).empty());
  CHECK(read_text(tcp.link, 0ms).empty());
  tcp.peer.say("late");
  CHECK(read_all(tcp.link, 4) == "late");
}

TEST_CASE("of half a reply the half is given, then nothing at the deadline, then the rest") {
  Tcp tcp;
  tcp.peer.say("OKAYA8");
  CHECK(read_all(tcp.link, 6) == "OKAYA8");
  CHECK(read_text(tcp.link, 1ms).empty());
  tcp.peer.say("96\r");
  CHECK(read_all(tcp.link, 3) == "96\r");
}

TEST_CASE("when the peer closes, its last bytes come first and then who closed") {
  Tcp tcp;
  tcp.peer.say("bye");
  tcp.peer.close();
  CHECK(read_all(tcp.link, 3) == "bye");
  std::array<std::byte, 8> bytes{};
  const auto n = tcp.link.read_some(bytes, 5s);
  REQUIRE_FALSE(n);
  CHECK(n.error().code == Code::disconnected);
  CHECK(n.error().detail ==
        "127.0.0.1:" + std::to_string(tcp.listener.port()) + ": closed by the tracker");
}

TEST_CASE("writing to a peer that is gone is an error, not a signal that ends the program") {
  Tcp tcp;
  tcp.peer.close();
  Status sent = Done{};
  for (int i = 0; i < 100 && sent; ++i) {  // the first bytes only make the peer answer with a reset
    sent = tcp.link.write("TX:0001031A\r", 5s);
    std::array<std::byte, 8> scrap{};
    (void)tcp.link.read_some(scrap, 5s);
  }
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::disconnected);
}

TEST_CASE("a peer that takes no bytes ends the write at its deadline") {
  Tcp tcp;
  const std::string much(8U << 20U, 'x');  // more than the system buffers for a sleeping reader
  Status sent = Done{};
  for (int i = 0; i < 8 && sent; ++i) sent = tcp.link.write(much, 1ms);
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::timeout);
  CHECK(sent.error().detail.ends_with("does not take bytes"));
}

TEST_CASE("a peer that takes a few bytes now and then does not prolong the write") {
  Tcp tcp;
  std::atomic<bool> over{false};
  std::thread sipping([&] {
    std::array<char, 4096> sip{};  // so that each single wait for room ends well in time
    while (!over && ::read(tcp.peer.fd(), sip.data(), sip.size()) > 0) {
      std::this_thread::sleep_for(1ms);
    }
  });
  const Status sent = tcp.link.write(std::string(24U << 20U, 'x'), 500ms);
  over = true;
  tcp.link.close();
  sipping.join();
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::timeout);
}

TEST_CASE("what has arrived can be thrown away, what comes later is read") {
  Tcp tcp;
  tcp.peer.say("old");
  std::array<std::byte, 1> first{};
  REQUIRE(tcp.link.read_some(first, 5s).value() == 1);  // so that the rest has arrived, too
  tcp.link.discard();
  tcp.peer.say("new");
  CHECK(read_all(tcp.link, 3) == "new");
}

TEST_CASE("stop ends a read, a sleep and a connection, from another thread and for good") {
  Tcp tcp;
  std::thread other([&] { tcp.stop.notify(); });
  CHECK(read_text(tcp.link, 60s) == "error: stopped");
  other.join();
  CHECK(read_text(tcp.link, 60s) == "error: stopped");
  CHECK_FALSE(tcp.link.wait(60s));
}

TEST_CASE("a sleep that nobody stops says so and leaves the link open") {
  Tcp tcp;
  CHECK(tcp.link.wait(1ms));
  CHECK(tcp.link.is_open());
  tcp.peer.say("a");
  CHECK(tcp.link.wait(1ms));  // bytes are no reason to wake
  CHECK(read_all(tcp.link, 1) == "a");
}

TEST_CASE("a new connection replaces the old one") {
  Tcp tcp;
  const Peer second = tcp.connect();
  CHECK(tcp.peer.ended());
  second.say("2");
  CHECK(read_all(tcp.link, 1) == "2");
}

TEST_CASE("a serial line that is not there is an error that helps to find it") {
  Signal stop;
  ByteLink link(stop);
  const Status opened = link.open_serial("/dev/no_such_tracker");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::io);
  CHECK(opened.error().detail.starts_with("/dev/no_such_tracker: "));
  CHECK(opened.error().detail.find("ls /dev/tty*") != std::string::npos);
}

TEST_CASE("a file that is no serial line is refused") {
  Signal stop;
  ByteLink link(stop);
  const Status opened = link.open_serial("/dev/null");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().detail.find("no serial line") != std::string::npos);
}

TEST_CASE("a pseudo terminal carries every byte unchanged, control characters too") {
  Pty pty;
  Signal stop;
  ByteLink link(stop);
  REQUIRE(link.open_serial(pty.path));
  CHECK(link.is_pseudo_terminal());
  const std::string bytes("\xC4\xA5\x00\x03\x04\r\n\x11\x13\x7F", 10);
  pty.device.say(bytes);
  CHECK(read_all(link, bytes.size()) == bytes);
  REQUIRE(link.write(bytes, 5s));
  CHECK(pty.device.hear(bytes.size()) == bytes);
  link.send_break();  // means nothing on a pseudo terminal and is left out
  pty.device.say("k");
  CHECK(read_all(link, 1) == "k");
}

TEST_CASE("a serial line begins at 9600 baud and takes only speeds that there are") {
  Pty pty;
  Signal stop;
  ByteLink link(stop);
  REQUIRE(link.open_serial(pty.path));
  termios t{};
  REQUIRE(::tcgetattr(pty.device.fd(), &t) == 0);
  CHECK(::cfgetispeed(&t) == B9600);
  CHECK((t.c_cflag & (CSTOPB | PARENB | CSIZE)) == CS8);
  REQUIRE(link.set_baud(115200));
  REQUIRE(::tcgetattr(pty.device.fd(), &t) == 0);
  CHECK(::cfgetospeed(&t) == B115200);
  const Status odd = link.set_baud(12345);
  REQUIRE_FALSE(odd);
  CHECK(odd.error().detail.find("12345 baud") != std::string::npos);
}

TEST_CASE("the far end of a pseudo terminal that closes is a lost link") {
  Pty pty;
  Signal stop;
  ByteLink link(stop);
  REQUIRE(link.open_serial(pty.path));
  pty.device.close();
  std::array<std::byte, 8> bytes{};
  const auto n = link.read_some(bytes, 5s);
  REQUIRE_FALSE(n);
  CHECK(n.error().code == Code::disconnected);
}
