#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/base/time.hpp"
#include "engine/igtl/bytes.hpp"

namespace trocar::igtl {

// Whole messages, one behind the other, written once and shared by all clients that get them.
using SharedBytes = std::shared_ptr<const Buffer>;

// What waits for one client. News (structures, state changes, alarms, answers) keeps its order and
// is never dropped; of the heartbeat, the tools' guidance and the images only the newest waits, so
// that a slow client skips and never lags. What has begun to be sent is always finished. Guidance
// and tracking data keep a pace: what comes too early waits for its turn, and a newer one takes its
// place. plain: one thread, no socket.
class OutQueue {
 public:
  enum Slot : std::size_t { heartbeat, tools, tracking, image, slot_count };

  // False when too much news waits: the client does not read, close it.
  [[nodiscard]] bool push_news(SharedBytes bytes);
  // How many of them have not been begun.
  [[nodiscard]] std::size_t news_waiting() const { return news_count_; }
  void offer(Slot slot, SharedBytes bytes);
  void withdraw(Slot slot) { newest_[slot] = nullptr; }

  // At least so long from one of this slot to the next, in the long run: one that was late does not
  // delay the next.
  void set_pace(Slot slot, Duration pace) { pace_[slot] = pace; }
  // Whatever keeps a pace waits at least until then.
  void hold(Timestamp until);

  // The bytes to write next; empty when nothing waits or it is too early. The same until sent() is
  // called.
  [[nodiscard]] std::span<const std::byte> front(Timestamp now);
  // That many of front() were taken over by the kernel.
  void sent(std::size_t count);
  // When the first of those that wait for their turn may begin; nothing: none does.
  [[nodiscard]] std::optional<Timestamp> next_turn() const;
  // Whether guidance, tracking data or an image waits to be begun.
  [[nodiscard]] bool paced_waits() const;
  [[nodiscard]] bool at_message_boundary() const { return !current_; }
  // How many offers were replaced by newer ones before they were begun.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  void begin_next(Timestamp now);

  static constexpr std::size_t news_capacity = 128;
  std::array<SharedBytes, news_capacity> news_;
  std::size_t news_begin_ = 0;
  std::size_t news_count_ = 0;
  std::array<SharedBytes, slot_count> newest_;
  std::array<Duration, slot_count> pace_{};
  std::array<Timestamp, slot_count> turn_{};
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
