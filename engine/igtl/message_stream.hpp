#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/igtl/bytes.hpp"
#include "engine/igtl/message.hpp"

namespace trocar::igtl {

// What a peer may make this side hold or wait for.
struct StreamLimits {
  std::uint64_t max_body_bytes = 64U
                                 << 20U;  // of a message that is read; a larger one ends the link
  std::uint64_t max_skip_bytes = 1U << 30U;  // of a message that nobody wants
};

// Which types of message a stream's owner wants decoded.
using Wants = bool (*)(std::string_view type);

// The types whose body can be decoded.
bool is_spoken(std::string_view type);

// Turns a byte stream, cut anywhere, into messages. Memory grows with the bytes that came, never
// with a size that a header claims. A type that is not wanted comes as `Other`: when it is small
// with id and metadata, else skipped without being kept, with its header once it has passed. After
// an error the stream is lost: close the connection. plain: one thread.
class MessageStream {
 public:
  explicit MessageStream(StreamLimits limits = {}, Wants wants = is_spoken)
      : limits_(limits), wants_(wants) {}

  // Copies the bytes; then call next() until it gives nothing.
  void push(std::span<const std::byte> bytes);
  // The next whole message, or nothing yet. Errors as in decode_message, and out_of_range for a
  // size above the limit.
  Result<std::optional<Message>> next();
  [[nodiscard]] bool in_message() const { return header_ || buffer_.size() > at_; }

 private:
  Result<std::optional<Message>> skip();

  StreamLimits limits_;
  Wants wants_;
  Buffer buffer_;
  std::size_t at_ = 0;            // consumed bytes at the front of buffer_
  std::optional<Header> header_;  // of the message being received
  std::uint64_t to_skip_ = 0;
  bool skipping_ = false;
};

}  // namespace trocar::igtl
