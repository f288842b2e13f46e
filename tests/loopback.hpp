#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

// The other side of a connection, for tests: raw sockets on 127.0.0.1 with a port of the system's
// choice. Waits for bytes and connections, at most 5 s, never for time.
namespace trocar::test {

class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  Peer(Peer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  Peer& operator=(Peer&&) = delete;
  ~Peer() { close(); }

  // In the test's own thread; send() in others, where nothing may be asserted.
  void say(std::string_view bytes) const { REQUIRE(send(bytes)); }
  [[nodiscard]] bool send(std::string_view bytes) const {
    ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == ENOTSOCK) n = ::write(fd_, bytes.data(), bytes.size());
    return n == static_cast<ssize_t>(bytes.size());
  }
  // Exactly `count` bytes; fewer when the other side closed or nothing came.
  [[nodiscard]] std::string hear(std::size_t count) const {
    std::string out;
    char c = 0;
    while (out.size() < count && readable() && ::read(fd_, &c, 1) == 1) out += c;
    return out;
  }
  // Up to and with the next `last`; what came until then when the other side closed.
  [[nodiscard]] std::string hear_until(char last) const {
    std::string out;
    char c = 0;
    while (readable() && ::read(fd_, &c, 1) == 1) {
      out += c;
      if (c == last) break;
    }
    return out;
  }
  // The other side closed, and everything it said was heard.
  [[nodiscard]] bool ended() const {
    char c = 0;
    return readable() && ::read(fd_, &c, 1) == 0;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  [[nodiscard]] bool readable() const {
    pollfd p{fd_, POLLIN, 0};
    return ::poll(&p, 1, 5000) == 1;
  }
  int fd_;
};

class LoopbackListener {
 public:
  explicit LoopbackListener(int backlog = 4) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in at = address(0);
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(fd_, backlog) == 0);
    socklen_t size = sizeof at;
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;
  ~LoopbackListener() { ::close(fd_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Peer accept() const {
    pollfd p{fd_, POLLIN, 0};
    const bool somebody = ::poll(&p, 1, 5000) == 1;
    return Peer(somebody ? ::accept(fd_, nullptr, nullptr) : -1);
  }
  static sockaddr_in address(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

// A port on which nobody listens.
inline std::uint16_t closed_port() { return LoopbackListener().port(); }

}  // namespace trocar::test
