#include "drivers/byte_link.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

namespace trocar {
namespace {

// A serial line waits up to 30 s in close() for its output to go out, which a dead one never takes:
// 200 ms for the farewell (some 10 bytes, 10 ms at 9600 baud), then the rest is dropped.
void finish_serial_output(int fd) {
  int waiting = 0;
  for (int i = 0; i < 20; ++i) {
    if (::ioctl(fd, TIOCOUTQ, &waiting) != 0 || waiting == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::tcflush(fd, TCOFLUSH);
}

std::string reason(int code) { return std::generic_category().message(code); }

int poll_timeout(Duration left) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 1'000'000));
}

std::optional<speed_t> speed_of(unsigned baud) {
  switch (baud) {
    case 9600:
      return B9600;
    case 19200:
      return B19200;
    case 38400:
      return B38400;
    case 57600:
      return B57600;
    case 115200:
      return B115200;
    case 230400:
      return B230400;
    case 921600:
      return B921600;
    default:
      return std::nullopt;
  }
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Error connect_error(const std::string& where, int code) {
  std::string check;
  if (code == ECONNREFUSED) check = "; the address answers but no tracker listens: check the port";
  if (code == EHOSTUNREACH || code == ENETUNREACH) check = "; check cable, address and network";
  return {Code::disconnected, fmt::format("{}: {}{}", where, reason(code), check)};
}

}  // namespace

ByteLink::Ready ByteLink::wait_for(short events, Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  pollfd fds[2] = {{fd_, events, 0}, {stop_.fd(), POLLIN, 0}};
  for (;;) {
    const auto left = end - std::chrono::steady_clock::now();
    const int n = ::poll(fds, 2, poll_timeout(left));
    if (n < 0 && errno == EINTR) continue;
    if ((fds[1].revents & POLLIN) != 0) return Ready::stopped;
    if (n > 0) return Ready::yes;
    if (std::chrono::steady_clock::now() >= end) return Ready::timeout;
  }
}

bool ByteLink::wait(Duration time) {
  const int open = std::exchange(fd_, -1);  // poll ignores a negative descriptor
  const Ready ready = wait_for(0, time);
  fd_ = open;
  return ready != Ready::stopped;
}

bool ByteLink::wait_readable(int fd, Duration timeout) {
  const int open = std::exchange(fd_, fd);
  const Ready ready = wait_for(POLLIN, timeout);
  fd_ = open;
  return ready == Ready::yes;
}

void ByteLink::adopt(int socket, const std::string& peer) {
  close();
  fd_ = socket;
  name_ = peer;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  socket_ = true;
  pseudo_terminal_ = false;
}

Status ByteLink::connect_tcp(const std::string& host, std::uint16_t port, Duration timeout) {
  close();
  name_ = fmt::format("{}:{}", host, port);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failed != 0) {
    return Error{Code::not_found,
                 fmt::format("{}: {}; check the name", name_, gai_strerror(failed))};
  }
  const std::unique_ptr<addrinfo, FreeAddresses> list(found);
  Status last = Error{Code::disconnected, name_ + ": no address"};
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const int fd = ::socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) continue;
    fd_ = fd;
    if (::connect(fd, a->ai_addr, a->ai_addrlen) == 0)
      last = Done{};
    else if (errno == EINPROGRESS)
      last = finish_connect(fd, timeout, name_);
    else
      last = connect_error(name_, errno);
    if (last) break;
    close();
  }
  if (last) adopt(std::exchange(fd_, -1), std::string(name_));
  return last;
}

Status ByteLink::finish_connect(int fd, Duration timeout, const std::string& where) {
  switch (wait_for(POLLOUT, timeout)) {
    case Ready::yes:
      break;
    case Ready::stopped:
      return Error{Code::disconnected, where + ": stopped"};
    case Ready::timeout:
      return Error{
          Code::timeout,
          fmt::format("{}: no answer to the connection in {:.1f} s; check cable, power and "
                      "address",
                      where, seconds(timeout))};
  }
  int code = 0;
  socklen_t size = sizeof code;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
  if (code != 0) return connect_error(where, code);
  return Done{};
}

Status ByteLink::open_serial(const std::string& path) {
  close();
  name_ = path;
  fd_ = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0) {
    const int code = errno;
    const char* check = code == EACCES   ? "; the user must be in the group dialout"
                        : code == ENOENT ? "; check the cable, and the name with ls /dev/tty*"
                                         : "";
    return Error{Code::io, fmt::format("{}: {}{}", path, reason(code), check)};
  }
  socket_ = false;
  std::array<char, PATH_MAX> tty{};
  pseudo_terminal_ = ::ttyname_r(fd_, tty.data(), tty.size()) == 0 &&
                     std::string_view(tty.data()).starts_with("/dev/pts/");
  return set_baud(9600);
}

Status ByteLink::set_baud(unsigned baud) {
  termios t{};
  const auto speed = speed_of(baud);
  if (!speed || ::tcgetattr(fd_, &t) != 0) {
    return Error{Code::io,
                 fmt::format("{}: no serial line, or {} baud is not possible", name_, baud)};
  }
  ::cfmakeraw(&t);
  t.c_cflag |= CLOCAL | CREAD;
  t.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
  ::cfsetspeed(&t, *speed);
  if (::tcsetattr(fd_, TCSANOW, &t) == 0) return Done{};
  return Error{Code::io, fmt::format("{}: {} baud: {}", name_, baud, reason(errno))};
}

void ByteLink::send_break() {
  if (pseudo_terminal_) return;
  ::tcsendbreak(fd_, 0);  // NOLINT(concurrency-mt-unsafe): one thread owns the line
}

Status ByteLink::write(std::string_view bytes, Duration timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!bytes.empty()) {
    // send() on a socket: write() would raise SIGPIPE when the peer is gone.
    const ssize_t n = socket_ ? ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
                              : ::write(fd_, bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno != EAGAIN) {
      return Error{Code::disconnected, fmt::format("{}: {}", name_, reason(errno))};
    }
    const auto left = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
    if (left <= Duration(0) || wait_for(POLLOUT, left) != Ready::yes) {
      return Error{Code::timeout, fmt::format("{}: does not take bytes", name_)};
    }
  }
  return Done{};
}

Result<std::size_t> ByteLink::read_some(std::span<std::byte> into, Duration timeout) {
  for (;;) {
    const Ready ready = wait_for(POLLIN, timeout);
    if (ready == Ready::timeout) return std::size_t{0};
    if (ready == Ready::stopped) return Error{Code::disconnected, "stopped"};
    const ssize_t n = ::read(fd_, into.data(), into.size());
    if (n > 0) return static_cast<std::size_t>(n);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    return Error{Code::disconnected,
                 fmt::format("{}: {}", name_, n == 0 ? "closed by the tracker" : reason(errno))};
  }
}

void ByteLink::discard() {
  std::byte scrap[4096];
  while (fd_ >= 0 && ::read(fd_, scrap, sizeof scrap) > 0) {
  }
}

void ByteLink::close() {
  if (fd_ >= 0 && !socket_) finish_serial_output(fd_);
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace trocar
