#include "drivers/link_listener.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace trocar {
namespace {

// Of a listening socket: IPv6 with IPv4 mapped into it, or IPv4 alone.
socklen_t place_of(const IpAddress& a, std::uint16_t port, sockaddr_storage& out) {
  if (a.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(out);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, a.bytes.data() + 12, 4);
    return sizeof v4;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  std::memcpy(&v6.sin6_addr, a.bytes.data(), a.bytes.size());
  return sizeof v6;
}

IpAddress address_of(const sockaddr_storage& from) {
  IpAddress a;
  if (from.ss_family == AF_INET6) {
    std::memcpy(a.bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, 16);
    return a;
  }
  a.bytes[10] = a.bytes[11] = 0xFF;
  std::memcpy(a.bytes.data() + 12, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, 4);
  return a;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage at{};
  socklen_t size = sizeof at;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) return 0;
  return ntohs(at.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(at).sin6_port
                                        : reinterpret_cast<const sockaddr_in&>(at).sin_port);
}

}  // namespace

Status LinkListener::open(const std::string& bind, std::uint16_t port,
                          std::span<const IpRange> allow) {
  constexpr int backlog = 4;
  close();
  allow_ = allow;
  const auto address = IpAddress::parse(bind);
  if (!address) return Error{Code::config, address.error().detail};
  sockaddr_storage at{};
  const socklen_t size = place_of(address.value(), port, at);
  fd_ = ::socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd_ < 0 || ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd_, reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
      ::listen(fd_, backlog) != 0) {
    const Error why{Code::io, fmt::format("cannot listen at {}:{}: {}", bind, port,
                                          std::generic_category().message(errno))};
    close();
    return why;
  }
  port_ = port_of(fd_);
  return Done{};
}

int LinkListener::take() {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  const int fd =
      ::accept4(fd_, reinterpret_cast<sockaddr*>(&from), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  const IpAddress peer = address_of(from);
  peer_ = peer.text();
  if (allow_.empty() ? peer.is_loopback() : holds(allow_, peer)) return fd;
  ++refused_;
  ::close(fd);
  return -1;
}

bool LinkListener::accept(ByteLink& link, Duration timeout) {
  if (!link.wait_readable(fd_, timeout)) return false;
  const int fd = take();
  if (fd < 0) return false;
  link.adopt(fd, peer_);
  return true;
}

void LinkListener::refuse_waiting() {
  constexpr int at_once = 16;
  const std::string connected = peer_;
  for (int n = 0; n < at_once && fd_ >= 0; ++n) {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, 0) != 1) break;
    if (const int fd = take(); fd >= 0) {
      ++refused_;
      ::close(fd);
    }
  }
  peer_ = connected;
}

void LinkListener::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace trocar
