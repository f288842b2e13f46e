#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/base/result.hpp"
#include "engine/igtl/bytes.hpp"
#include "engine/igtl/message.hpp"

namespace trocar::igtl {

// What a peer may make this side hold or wait for.
struct StreamLimits {
  std::uint64_t max_body_bytes = 64U
                                 << 20U;  // of a message that is read; a larger one ends the link
  std::uint64_t max_skip_bytes = 1U << 30U;  // of a message of a type not spoken here
};

// Turns a byte stream, cut anywhere, into messages. Memory grows with the bytes that came, never
// with a size that a header claims. A type not spoken here is skipped without being kept (its
// header is reported once it has passed). After an error the stream is lost: close the connection.
// plain: one thread.
class MessageStream {
 public:
  explicit MessageStream(StreamLimits limits = {}) : limits_(limits) {}

  // Copies the bytes; then call next() until it gives nothing.
  void push(std::span<const std::byte> bytes);
  // The next whole message, or nothing yet. Errors as in decode_message, and out_of_range for a
  // size above the limit.
  Result<std::optional<Message>> next();
  [[nodiscard]] bool in_message() const { return header_ || buffer_.size() > at_; }

 private:
  Result<std::optional<Message>> skip();

  StreamLimits limits_;
  Buffer buffer_;
  std::size_t at_ = 0;            // consumed bytes at the front of buffer_
  std::optional<Header> header_;  // of the message being received
  std::uint64_t to_skip_ = 0;
  bool skipping_ = false;
};

// The types whose body is decoded.
bool is_spoken(std::string_view type);

}  // namespace trocar::igtl
