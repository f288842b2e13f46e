#include "drivers/simulators/ndi_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/drivers/simulators/simulator_host.hpp"

using namespace trocar;
using namespace std::chrono_literals;
using test::scenario;

namespace {

// A host on a real socket or port. Waits for bytes, never for time; gives up after 5 s.
class Wire {
 public:
  explicit Wire(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  explicit Wire(const std::string& path) : fd_(::open(path.c_str(), O_RDWR | O_NOCTTY)) {
    REQUIRE(fd_ >= 0);
  }
  ~Wire() { ::close(fd_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  std::string ask(const std::string& command) {
    const std::string line = command + "\r";
    REQUIRE(::write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    return read_to_cr();
  }
  // Up to and with the next CR; "" when the other side closed.
  std::string read_to_cr() {
    std::string out;
    char c = 0;
    while (wait() && ::read(fd_, &c, 1) == 1) {
      out += c;
      if (c == '\r') return out;
    }
    return {};
  }
  bool wait() const {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 5000) == 1;
  }

 private:
  int fd_;
};

}  // namespace

TEST_CASE("the simulator serves hosts on TCP, one after the other, and keeps its handles") {
  const auto server = NdiServer::listen(scenario(), 0);
  REQUIRE(server);
  REQUIRE(server.value()->port() != 0);
  {
    Wire first(server.value()->port());
    CHECK(first.ask("INIT:E3A5") == "OKAYA896\r");
    CHECK(first.ask("PHRQ *********1****").substr(0, 2) == "01");
  }
  Wire second(server.value()->port());
  CHECK(second.ask("PHRQ *********1****").substr(0, 2) == "02");
  CHECK(server.value()->mode() == NdiMode::initialized);
}

TEST_CASE("a port that is taken is refused with its number") {
  const auto server = NdiServer::listen(scenario(), 0);
  const auto port = server.value()->port();
  const auto again = NdiServer::listen(scenario(), port);
  REQUIRE_FALSE(again);
  CHECK(again.error().detail.find(std::to_string(port)) != std::string::npos);
}

TEST_CASE("the simulator serves a serial port, where RESET stands for the break") {
  const auto server = NdiServer::open_pty(scenario());
  REQUIRE(server);
  for (int host = 0; host < 2; ++host) {
    Wire wire(server.value()->device_path());
    CHECK(wire.ask("RESET ") == "RESETBE6F\r");
    CHECK(wire.ask("COMM 50000") == "OKAYA896\r");
    CHECK(wire.ask("INIT ") == "OKAYA896\r");
  }
}

TEST_CASE("a disconnect fault closes the connection and later lets hosts in again") {
  const auto server = NdiServer::listen(scenario(), 0);
  Wire wire(server.value()->port());
  CHECK(wire.ask("INIT ") == "OKAYA896\r");
  server.value()->inject({.kind = FaultKind::disconnect});
  CHECK(wire.wait());
  CHECK(wire.read_to_cr().empty());
  server.value()->clear_faults();
  Wire again(server.value()->port());
  CHECK(again.ask("INIT ") == "OKAYA896\r");
}

TEST_CASE("the benchmark's hook is told of every tracking reply, after its exposure") {
  std::atomic<int> replies{0};
  std::atomic<bool> too_early{false};
  NdiServerHooks hooks;
  hooks.on_reply_written = [&](const ReplyWritten& r) {
    ++replies;
    if (r.written < r.exposed + 10ms) too_early = true;  // the scripted latency
  };
  const auto server = NdiServer::listen(scenario(), 0, hooks);
  Wire wire(server.value()->port());
  (void)wire.ask("INIT ");
  (void)wire.ask("TSTART ");
  (void)wire.ask("TX 0001");  // frame 0, no exposure
  for (int i = 0; i < 3; ++i) CHECK(wire.ask("TX 0001").substr(0, 2) == "00");
  (void)wire.ask("TSTOP ");  // answered after the last hook returned
  CHECK(replies == 3);
  CHECK_FALSE(too_early);
}
