#include "engine/igtl/message_stream.hpp"

#include <algorithm>
#include <string>

#include "engine/igtl/body_codec.hpp"
#include "engine/igtl/message_decoder.hpp"

namespace trocar::igtl {

namespace {

// A type that nobody wants but smaller than this is kept and its CRC checked, so that its metadata
// is seen.
constexpr std::uint64_t small_body_bytes = 4096;

}  // namespace

bool is_spoken(std::string_view type) { return codec_of(type) != nullptr; }

void MessageStream::push(std::span<const std::byte> bytes) {
  if (skipping_ && buffer_.size() == at_) {
    const auto passed = std::min<std::uint64_t>(to_skip_, bytes.size());
    to_skip_ -= passed;
    bytes = bytes.subspan(static_cast<std::size_t>(passed));
  }
  if (at_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Message>> MessageStream::skip() {
  const auto here = std::min<std::uint64_t>(to_skip_, buffer_.size() - at_);
  at_ += static_cast<std::size_t>(here);
  to_skip_ -= here;
  if (to_skip_ > 0) return std::optional<Message>();
  skipping_ = false;
  Message m;
  m.header = *std::exchange(header_, std::nullopt);
  return std::optional<Message>(std::move(m));
}

Result<std::optional<Message>> MessageStream::next() {
  if (skipping_) return skip();
  const auto rest = std::span<const std::byte>(buffer_).subspan(at_);
  if (!header_) {
    // A peer of another protocol is known by its first two bytes; it need not send a whole header.
    if (rest.size() >= 2 && load_be<std::uint16_t>(rest.data()) - 1U > 1U) {
      return Error{Code::unsupported, "OpenIGTLink header: expected version 1 or 2, found " +
                                          std::to_string(load_be<std::uint16_t>(rest.data()))};
    }
    if (rest.size() < header_size) return std::optional<Message>();
    auto header = decode_header(rest.first(header_size));
    if (!header) return header.error();
    header_ = std::move(header).value();
    at_ += header_size;
    const bool kept = wants_(header_->type) || header_->body_size <= small_body_bytes;
    const std::uint64_t limit = kept ? limits_.max_body_bytes : limits_.max_skip_bytes;
    if (header_->body_size > limit) {
      return Error{Code::out_of_range, header_->type + ": expected a body of at most " +
                                           std::to_string(limit) + " bytes, found " +
                                           std::to_string(header_->body_size)};
    }
    skipping_ = !kept;
    to_skip_ = kept ? 0 : header_->body_size;
    return next();
  }
  if (rest.size() < header_->body_size) return std::optional<Message>();
  const auto body = rest.first(static_cast<std::size_t>(header_->body_size));
  auto message =
      wants_(header_->type) ? decode_message(*header_, body) : decode_envelope(*header_, body);
  if (!message) return message.error();
  at_ += body.size();
  header_.reset();
  return std::optional<Message>(std::move(message).value());
}

}  // namespace trocar::igtl
