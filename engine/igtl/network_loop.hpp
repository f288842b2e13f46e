#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/igtl/ip_address.hpp"

// What a server needs of the network, without the library that does it: one thread, connections,
// timers. A handler is called on the loop's thread, once per request, and never after close().
namespace trocar {

// One TCP connection. plain: the loop's thread.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;  // closes

  [[nodiscard]] virtual IpAddress peer() const = 0;
  // How many bytes the kernel took; 0 when it has no room. Error: disconnected.
  virtual Result<std::size_t> write(std::span<const std::byte> bytes) = 0;
  // When there is room again, or the connection broke. One request at a time.
  virtual void when_writable(std::function<void(Status)> then) = 0;
  // The next bytes, valid during the call. Error: disconnected. One request at a time.
  virtual void when_read(std::function<void(Result<std::span<const std::byte>>)> then) = 0;
  // Bytes written that have not yet reached the peer's kernel.
  [[nodiscard]] virtual std::size_t unacknowledged() = 0;
  virtual void close() = 0;
};

// plain: the loop's thread. Destroyed: its handler is not called.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;
  // Replaces what was set before.
  virtual void after(Duration wait, std::function<void()> then) = 0;
};

// Connections and timers must be destroyed before their loop.
class NetworkLoop {
 public:
  NetworkLoop();
  NetworkLoop(const NetworkLoop&) = delete;
  NetworkLoop& operator=(const NetworkLoop&) = delete;
  ~NetworkLoop();

  // Accepts at an address (an IPv6 one takes IPv4 too) and gives each connection to `on_peer`.
  // The port, which the system chooses when it is 0. Errors: config (no address), io (taken, ...).
  Result<std::uint16_t> listen(const std::string& address, std::uint16_t port,
                               std::function<void(std::unique_ptr<Connection>)> on_peer);
  void stop_listening();
  // Calls `on_ready` whenever `fd`, which stays its owner's, can be read.
  Status watch(int fd, std::function<void()> on_ready);
  [[nodiscard]] std::unique_ptr<Timer> make_timer();

  // Works until stop().
  void run();
  // For tests: at most one handler, waiting at most so long for it. False when none ran.
  bool run_one_for(Duration at_most);
  // thread-safe.
  void post(std::function<void()> work);
  void stop();  // thread-safe

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace trocar
