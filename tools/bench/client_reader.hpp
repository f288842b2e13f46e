#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "tools/bench/sockets.hpp"

namespace trocar::bench {

// One thread that reads many connections, as raw as it gets, and tells what came and when.
class ClientReader {
 public:
  using Clock = std::chrono::steady_clock;
  // Called on the reader's thread for each piece: which client, the bytes, when they were read.
  using OnBytes = std::function<void(std::size_t, std::span<const std::byte>, Clock::time_point)>;

  ClientReader(std::vector<Connection> clients, OnBytes on_bytes);
  ClientReader(const ClientReader&) = delete;
  ClientReader& operator=(const ClientReader&) = delete;
  ~ClientReader();  // closes the connections and waits for the thread

  [[nodiscard]] const std::vector<Connection>& clients() const { return clients_; }

 private:
  void read();

  std::vector<Connection> clients_;
  OnBytes on_bytes_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

}  // namespace trocar::bench
