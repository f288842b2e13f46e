#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Bare blocking loopback sockets for the benchmarks: what is measured must not measure a library.
namespace trocar::bench {

// A TCP connection on loopback with TCP_NODELAY. Throws std::system_error.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();
  static Connection to(std::uint16_t port);

  void send(std::span<const std::byte> bytes) const;
  // Whatever is there, at most into.size(); waits for at least one byte. 0 = closed.
  [[nodiscard]] std::size_t receive(std::span<std::byte> into) const;
  [[nodiscard]] int fd() const { return fd_; }
  void shut() const;

 private:
  int fd_;
};

class Listener {
 public:
  Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Connection accept() const;

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace trocar::bench
