#include "tools/bench/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace trocar::bench {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int fd) {
  const int on = 1;
  checked(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

}  // namespace

Connection::Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

Connection Connection::to(std::uint16_t port) {
  Connection made(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const sockaddr_in address = loopback(port);
  checked(connect(made.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
          "connect");
  no_delay(made.fd_);
  return made;
}

void Connection::send(std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    checked(static_cast<int>(n), "send");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

std::size_t Connection::receive(std::span<std::byte> into) const {
  for (;;) {
    const ssize_t n = recv(fd_, into.data(), into.size(), 0);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) return 0;
  }
}

void Connection::shut() const { ::shutdown(fd_, SHUT_RDWR); }

Listener::Listener() : fd_(checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")) {
  sockaddr_in address = loopback(0);
  checked(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  checked(listen(fd_, 64), "listen");
  socklen_t size = sizeof address;
  checked(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() { close(fd_); }

Connection Listener::accept() const {
  Connection made(checked(::accept(fd_, nullptr, nullptr), "accept"));
  no_delay(made.fd());
  return made;
}

}  // namespace trocar::bench
