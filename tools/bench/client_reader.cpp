#include "tools/bench/client_reader.hpp"

#include <poll.h>

#include <array>
#include <utility>

namespace trocar::bench {

ClientReader::ClientReader(std::vector<Connection> clients, OnBytes on_bytes)
    : clients_(std::move(clients)), on_bytes_(std::move(on_bytes)), thread_([this] { read(); }) {}

ClientReader::~ClientReader() {
  ended_ = true;
  thread_.join();
}

void ClientReader::read() {
  std::vector<pollfd> watched;
  for (const Connection& c : clients_) watched.push_back({c.fd(), POLLIN, 0});
  std::array<std::byte, 1U << 16U> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  while (!ended_) {
    if (poll(watched.data(), watched.size(), 50) <= 0) continue;
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      const std::size_t n = clients_[i].receive(piece);
      if (n == 0) {
        watched[i].fd = -1;  // poll passes over it
        continue;
      }
      on_bytes_(i, std::span(piece).first(n), Clock::now());
    }
  }
}

}  // namespace trocar::bench
