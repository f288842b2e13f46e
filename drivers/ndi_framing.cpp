#include "drivers/ndi_framing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "drivers/little_endian.hpp"
#include "drivers/ndi_crc.hpp"

namespace trocar {
namespace {

using Bytes = std::span<const std::byte>;
using Found = Result<std::optional<NdiReply>>;

constexpr std::uint16_t binary_mark = 0xA5C4;
constexpr std::uint16_t extended_mark = 0xA5C8;
constexpr std::uint16_t stream_mark = 0xB5D4;
constexpr std::size_t crc_digits = 4;

bool is_binary_lead(std::byte b) {
  return b == std::byte{0xC4} || b == std::byte{0xC8} || b == std::byte{0xD4};
}

Error crc_error(std::string_view what, unsigned expected, unsigned found) {
  return {Code::crc_mismatch,
          fmt::format("NDI reply: {} CRC is {:04X}, computed {:04X}", what, found, expected)};
}

std::optional<unsigned> crc_from_digits(Bytes digits) {
  unsigned crc = 0;
  for (const std::byte b : digits) {
    const char c = static_cast<char>(b);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (c < 'A' || c > 'F')) return std::nullopt;
    crc = crc * 16 + static_cast<unsigned>(digit ? c - '0' : c - 'A' + 10);
  }
  return crc;
}

Found find_ascii(Bytes bytes, std::size_t max_reply) {
  const void* cr = std::memchr(bytes.data(), '\r', bytes.size());
  if (cr == nullptr) {
    if (bytes.size() <= max_reply) return std::optional<NdiReply>{};
    return Error{Code::malformed,
                 fmt::format("NDI reply: no end within {} bytes of text", max_reply)};
  }
  const auto size = static_cast<std::size_t>(static_cast<const std::byte*>(cr) - bytes.data());
  if (size < crc_digits) {
    return Error{Code::malformed,
                 fmt::format("NDI reply: {} characters before the carriage return, the shortest "
                             "reply has {}",
                             size, crc_digits)};
  }
  const Bytes body = bytes.first(size - crc_digits);
  const auto stated = crc_from_digits(bytes.subspan(size - crc_digits, crc_digits));
  if (!stated) return Error{Code::malformed, "NDI reply: text does not end with a CRC"};
  const unsigned computed = ndi_crc(body);
  if (*stated != computed) return crc_error("text", computed, *stated);
  return std::optional(NdiReply{NdiForm::ascii, body, bytes.first(size + 1), false, {}});
}

Found find_binary(Bytes bytes) {
  if (bytes.size() < 6) return std::optional<NdiReply>{};
  const unsigned header = ndi_crc(bytes.first(4));
  if (header != load_le<std::uint16_t>(bytes, 4)) {
    return crc_error("header", header, load_le<std::uint16_t>(bytes, 4));
  }
  const std::size_t size = load_le<std::uint16_t>(bytes, 2);
  if (bytes.size() < size + 8) return std::optional<NdiReply>{};
  const Bytes body = bytes.subspan(6, size);
  const unsigned computed = ndi_crc(body);
  const unsigned stated = load_le<std::uint16_t>(bytes, size + 6);
  if (stated != computed) return crc_error("payload", computed, stated);
  return std::optional(NdiReply{NdiForm::binary, body, bytes.first(size + 8), false, {}});
}

// Refused by its first two bytes: its length cannot be believed either.
Found find_extended(Bytes bytes, const NdiFramingLimits& limits) {
  if (!limits.extended) {
    return Error{Code::malformed, "NDI reply: the extended form has no CRC, which this line needs"};
  }
  if (bytes.size() < 6) return std::optional<NdiReply>{};
  const std::size_t size = load_le<std::uint32_t>(bytes, 2);
  if (size + 6 > limits.max_reply) {
    return Error{Code::out_of_range, fmt::format("NDI reply: announces {} bytes, the limit is {}",
                                                 size, limits.max_reply)};
  }
  if (bytes.size() < size + 6) return std::optional<NdiReply>{};
  return std::optional(
      NdiReply{NdiForm::extended, bytes.subspan(6, size), bytes.first(size + 6), false, {}});
}

Found find_plain(Bytes bytes, const NdiFramingLimits& limits) {
  if (bytes.empty()) return std::optional<NdiReply>{};
  if (!is_binary_lead(bytes[0])) return find_ascii(bytes, limits.max_reply);
  if (bytes.size() < 2) return std::optional<NdiReply>{};
  const auto mark = load_le<std::uint16_t>(bytes);
  if (mark == binary_mark) return find_binary(bytes);
  if (mark == extended_mark) return find_extended(bytes, limits);
  return Error{Code::malformed, fmt::format("NDI reply: unknown start {:04X}", mark)};
}

Found find_streamed(Bytes bytes, const NdiFramingLimits& limits) {
  if (bytes.size() < 4) return std::optional<NdiReply>{};
  const std::size_t name_size = load_le<std::uint16_t>(bytes, 2);
  if (name_size > ndi_max_stream_name) {
    return Error{Code::out_of_range, fmt::format("NDI stream: name of {} bytes, the limit is {}",
                                                 name_size, ndi_max_stream_name)};
  }
  const std::size_t header = 4 + name_size;
  if (bytes.size() < header + 2) return std::optional<NdiReply>{};
  const unsigned computed = ndi_crc(bytes.first(header));
  const unsigned stated = load_le<std::uint16_t>(bytes, header);
  if (stated != computed) return crc_error("stream header", computed, stated);
  Found inner = find_plain(bytes.subspan(header + 2), limits);
  if (!inner || !inner.value()) return inner;
  NdiReply reply = *inner.value();
  reply.raw = bytes.first(header + 2 + reply.raw.size());
  reply.streamed = true;
  reply.stream = {reinterpret_cast<const char*>(bytes.data()) + 4, name_size};
  return std::optional(reply);
}

void append(std::vector<std::byte>& out, std::string_view text) {
  const auto* p = reinterpret_cast<const std::byte*>(text.data());
  out.insert(out.end(), p, p + text.size());
}

}  // namespace

Result<std::optional<NdiReply>> find_ndi_reply(Bytes bytes, const NdiFramingLimits& limits) {
  if (bytes.size() >= 2 && load_le<std::uint16_t>(bytes) == stream_mark) {
    return find_streamed(bytes, limits);
  }
  return find_plain(bytes, limits);
}

Result<NdiReply> decode_ndi_reply(Bytes bytes) {
  auto found = find_ndi_reply(bytes);
  if (!found) return found.error();
  if (!found.value()) return Error{Code::malformed, "NDI reply: incomplete"};
  if (found.value()->raw.size() != bytes.size()) {
    return Error{Code::malformed, fmt::format("NDI reply: {} bytes follow its end",
                                              bytes.size() - found.value()->raw.size())};
  }
  return *found.value();
}

NdiFraming::NdiFraming(const NdiFramingLimits& limits)
    : buffer_(2 * (limits.max_reply + ndi_max_stream_name + 8)), limits_(limits) {}

std::span<std::byte> NdiFraming::free_space() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > buffer_.size() / 2) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(buffer_).subspan(end_);
}

void NdiFraming::received(std::size_t n) { end_ += std::min(n, buffer_.size() - end_); }

bool NdiFraming::feed(Bytes bytes) {
  const auto space = free_space();
  if (bytes.size() > space.size()) return false;
  std::copy(bytes.begin(), bytes.end(), space.begin());
  received(bytes.size());
  return true;
}

Result<std::optional<NdiReply>> NdiFraming::next() {
  if (failed_) return Error{Code::malformed, "NDI framing: lost the start of replies"};
  auto found = find_ndi_reply(Bytes(buffer_).subspan(begin_, end_ - begin_), limits_);
  if (!found) {
    failed_ = true;
    return found;
  }
  if (found.value()) begin_ += found.value()->raw.size();
  return found;
}

void NdiFraming::clear() {
  begin_ = end_ = 0;
  failed_ = false;
}

std::vector<std::byte> encode_ascii_reply(std::string_view text) {
  std::vector<std::byte> out;
  append(out, text);
  append(out, fmt::format("{:04X}\r", ndi_crc(out)));
  return out;
}

std::vector<std::byte> encode_binary_reply(Bytes payload) {
  std::vector<std::byte> out;
  append_le(out, binary_mark);
  append_le(out, static_cast<std::uint16_t>(payload.size()));
  append_le(out, ndi_crc(out));
  out.insert(out.end(), payload.begin(), payload.end());
  append_le(out, ndi_crc(payload));
  return out;
}

std::vector<std::byte> encode_extended_reply(Bytes payload) {
  std::vector<std::byte> out;
  append_le(out, extended_mark);
  append_le(out, static_cast<std::uint32_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

std::vector<std::byte> encode_stream_packet(std::string_view name, Bytes complete_reply) {
  std::vector<std::byte> out;
  append_le(out, stream_mark);
  append_le(out, static_cast<std::uint16_t>(name.size()));
  append(out, name);
  append_le(out, ndi_crc(out));
  out.insert(out.end(), complete_reply.begin(), complete_reply.end());
  return out;
}

std::string encode_command(std::string_view name, std::string_view parameters) {
  const std::string text = fmt::format("{}:{}", name, parameters);
  return fmt::format("{}{:04X}\r", text, ndi_crc(std::as_bytes(std::span(text))));
}

}  // namespace trocar
