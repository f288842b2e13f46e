#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/base/signal.hpp"
#include "engine/base/time.hpp"

namespace trocar {

// Bytes to and from one device, over TCP or a serial line, for a thread that does nothing else.
// Plain sockets and poll(2): one blocking reader needs no event loop, and nothing is allocated
// between the kernel and the caller. Every wait ends at its deadline or when `stop` is notified
// (the signal stays notified). plain: one thread; only `stop` is touched by others.
class ByteLink {
 public:
  explicit ByteLink(Signal& stop) : stop_(stop) {}
  ByteLink(const ByteLink&) = delete;
  ByteLink& operator=(const ByteLink&) = delete;
  ~ByteLink() { close(); }

  Status connect_tcp(const std::string& host, std::uint16_t port, Duration timeout);
  // A connected socket that does not block; from now on it is the link's.
  void adopt(int socket, const std::string& peer);
  // Whether another descriptor can be read within the time; false when stopped, too.
  bool wait_readable(int fd, Duration timeout);
  // 8N1 without handshake at 9600 baud, raw.
  Status open_serial(const std::string& path);
  Status set_baud(unsigned baud);
  // A break of about 0.3 s, which resets an NDI device. Not on a pseudo terminal.
  void send_break();
  [[nodiscard]] bool is_pseudo_terminal() const { return pseudo_terminal_; }

  // All of them, within the time: a peer that takes a few now and then does not prolong it.
  Status write(std::string_view bytes, Duration timeout);
  // Bytes read, 0 at the deadline; an Error when the link is down or stop was notified.
  Result<std::size_t> read_some(std::span<std::byte> into, Duration timeout);
  // Throws away what has arrived.
  void discard();
  // Sleeps; false when stopped.
  bool wait(Duration time);

  void close();
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  enum class Ready : std::uint8_t { yes, timeout, stopped };
  Ready wait_for(short events, Duration timeout);
  Status finish_connect(int fd, Duration timeout, const std::string& where);

  Signal& stop_;
  int fd_ = -1;
  bool socket_ = false;
  bool pseudo_terminal_ = false;
  std::string name_;
};

}  // namespace trocar
