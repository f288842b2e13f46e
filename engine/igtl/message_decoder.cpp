#include "engine/igtl/message_decoder.hpp"

#include <algorithm>
#include <limits>

#include "engine/igtl/body_codec.hpp"
#include "engine/igtl/bytes.hpp"
#include "engine/igtl/crc64.hpp"

namespace trocar::igtl {

namespace {

Error malformed(const Header& h, std::string_view expected, std::uint64_t found) {
  return {Code::malformed, h.type + " of '" + h.device + "': expected " + std::string(expected) +
                               ", found " + std::to_string(found)};
}

bool is_text(std::string_view t) {
  return std::all_of(t.begin(), t.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

Result<Body> decode_content(const Header& h, Content content) {
  const BodyCodec* codec = codec_of(h.type);
  if (codec == nullptr) return Body(Other{});
  auto body = codec->decode(content);
  if (body) return body;
  return Error{body.error().code, h.type + " of '" + h.device + "': " + body.error().detail};
}

Result<std::vector<Metadatum>> decode_metadata(const Header& h, std::span<const std::byte> index,
                                               std::span<const std::byte> data) {
  std::vector<Metadatum> out;
  if (index.empty()) return out;
  ByteReader i(index);
  ByteReader d(data);
  const auto count = i.number<std::uint16_t>();
  if (!i.ok() || count > i.remaining() / 8) return malformed(h, "a metadata index", count);
  out.reserve(count);
  for (std::uint16_t n = 0; n < count; ++n) {
    Metadatum m;
    const auto key_size = i.number<std::uint16_t>();
    m.encoding = i.number<std::uint16_t>();
    const auto value_size = i.number<std::uint32_t>();
    m.key = as_text(d.take(key_size));
    m.value = as_text(d.take(value_size));
    if (!d.ok()) return malformed(h, "metadata that fits", value_size);
    out.push_back(std::move(m));
  }
  return out;
}

// The content within a version 2 body; the rest goes to `message`.
Result<std::span<const std::byte>> unwrap(const Header& h, std::span<const std::byte> body,
                                          Message& message) {
  ByteReader r(body);
  const auto extended_size = r.number<std::uint16_t>();
  const auto index_size = r.number<std::uint16_t>();
  const auto data_size = r.number<std::uint32_t>();
  message.id = r.number<std::uint32_t>();
  if (!r.ok() || extended_size < 12) return malformed(h, "an extended header", extended_size);
  r.take(extended_size - 12U);  // newer versions may say more there
  const std::uint64_t behind = std::uint64_t{index_size} + data_size;
  if (!r.ok() || behind > r.remaining()) return malformed(h, "metadata within the body", behind);
  const auto content = r.take(r.remaining() - behind);
  const auto index = r.take(index_size);
  auto metadata = decode_metadata(h, index, r.take(data_size));
  if (!metadata) return metadata.error();
  message.metadata = std::move(metadata).value();
  return content;
}

// Everything but the content, which is handed out.
Result<Message> open_envelope(const Header& header, std::span<const std::byte> body,
                              Content& content) {
  if (body.size() != header.body_size) return malformed(header, "its whole body", body.size());
  if (crc64(body) != header.crc) {
    return Error{Code::crc_mismatch, header.type + " of '" + header.device + "': body is damaged"};
  }
  Message m;
  m.header = header;
  content = body;
  // A query may have no body at all, not even the extended header.
  if (header.version == 2 && !body.empty()) {
    auto unwrapped = unwrap(header, body, m);
    if (!unwrapped) return unwrapped.error();
    content = unwrapped.value();
  }
  return m;
}

}  // namespace

Result<Header> decode_header(std::span<const std::byte> bytes) {
  ByteReader r(bytes);
  Header h;
  h.version = r.number<std::uint16_t>();
  h.type = r.padded_text(12);
  h.device = r.padded_text(20);
  h.timestamp = r.number<std::uint64_t>();
  h.body_size = r.number<std::uint64_t>();
  h.crc = r.number<std::uint64_t>();
  if (!r.ok()) return Error{Code::malformed, "OpenIGTLink header: expected 58 bytes"};
  if (h.version != 1 && h.version != 2) {
    return Error{Code::unsupported,
                 "OpenIGTLink header: expected version 1 or 2, found " + std::to_string(h.version)};
  }
  if (h.type.empty() || !is_text(h.type)) {
    return Error{Code::malformed, "OpenIGTLink header: expected a type name, found other bytes"};
  }
  return h;
}

Result<Message> decode_message(const Header& header, std::span<const std::byte> body) {
  Content content;
  auto message = open_envelope(header, body, content);
  if (!message) return message;
  auto decoded = decode_content(header, content);
  if (!decoded) return decoded.error();
  message.value().body = std::move(decoded).value();
  return message;
}

Result<Message> decode_envelope(const Header& header, std::span<const std::byte> body) {
  Content content;
  return open_envelope(header, body, content);
}

}  // namespace trocar::igtl
