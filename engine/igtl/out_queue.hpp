#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/igtl/bytes.hpp"

namespace trocar::igtl {

// Whole messages, one behind the other, written once and shared by all clients that get them.
using SharedBytes = std::shared_ptr<const Buffer>;

// What waits for one client. News (structures, state changes, alarms) keeps its order and is never
// dropped; of the heartbeat and of the tools' guidance only the newest waits, so that a slow client
// skips and never lags. What has begun to be sent is always finished. plain: one thread, no socket.
class OutQueue {
 public:
  enum Slot : std::size_t { heartbeat, tools, slot_count };

  // False when too much news waits: the client does not read, close it.
  [[nodiscard]] bool push_news(SharedBytes bytes);
  void offer(Slot slot, SharedBytes bytes);

  // The bytes to write next; empty when nothing waits. The same until sent() is called.
  [[nodiscard]] std::span<const std::byte> front();
  // That many of front() were taken over by the kernel.
  void sent(std::size_t count);
  [[nodiscard]] bool at_message_boundary() const { return done_ == 0; }
  // How many offers were replaced by newer ones before they were begun.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  static constexpr std::size_t news_capacity = 128;
  std::array<SharedBytes, news_capacity> news_;
  std::size_t news_begin_ = 0;
  std::size_t news_count_ = 0;
  std::array<SharedBytes, slot_count> newest_;
  SharedBytes current_;
  std::size_t done_ = 0;  // bytes of current_ already sent
  std::uint64_t skipped_ = 0;
};

// Buffers that are used again once every client has finished with them. plain: one thread.
class BufferPool {
 public:
  // An empty buffer that nobody else holds.
  std::shared_ptr<Buffer> take();

 private:
  std::vector<std::shared_ptr<Buffer>> buffers_;
};

}  // namespace trocar::igtl
