#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "drivers/byte_link.hpp"
#include "engine/igtl/ip_address.hpp"

namespace trocar {

// Takes one peer at a time for a source that is connected to. plain: one thread.
class LinkListener {
 public:
  LinkListener() = default;
  LinkListener(const LinkListener&) = delete;
  LinkListener& operator=(const LinkListener&) = delete;
  ~LinkListener() { close(); }

  // `allow` must live as long; empty: this host alone. Errors: config, io.
  Status open(const std::string& bind, std::uint16_t port, std::span<const IpRange> allow);
  // The next peer that is allowed becomes `link`, within the time. False when none came.
  bool accept(ByteLink& link, Duration timeout);
  // Turns away who waits, because somebody is connected. Gives at once.
  void refuse_waiting();
  void close();

  // The next peer that is allowed, or -1: nobody waits, or who waited was refused. Gives at once.
  // The descriptor does not block and is the caller's to close.
  int take();
  // To wait for a peer; -1 when closed.
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  // Address of the peer accepted last.
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::span<const IpRange> allow_;
  std::string peer_;
  std::uint64_t refused_ = 0;
};

}  // namespace trocar
