#include "engine/igtl/message_decoder.hpp"

#include <algorithm>
#include <limits>

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

Result<Body> decode_transform(const Header& h, std::span<const std::byte> content) {
  if (content.size() != 48) return malformed(h, "48 bytes of content", content.size());
  ByteReader r(content);
  TransformBody t;
  for (float& v : t.columns) v = r.real32();
  return Body(t);
}

Result<Body> decode_string(const Header& h, std::span<const std::byte> content) {
  ByteReader r(content);
  StringBody s;
  s.encoding = r.number<std::uint16_t>();
  const auto size = r.number<std::uint16_t>();
  s.text = as_text(r.take(size));
  if (!r.ok()) return malformed(h, "a text of " + std::to_string(size) + " bytes", content.size());
  return Body(std::move(s));
}

Result<Body> decode_status(const Header& h, std::span<const std::byte> content) {
  ByteReader r(content);
  StatusBody s;
  s.code = r.number<std::uint16_t>();
  s.subcode = static_cast<std::int64_t>(r.number<std::uint64_t>());
  s.error_name = r.padded_text(20);
  if (!r.ok()) return malformed(h, "at least 30 bytes of content", content.size());
  s.message = r.padded_text(r.remaining());
  return Body(std::move(s));
}

struct CellsSize {
  std::uint32_t count;
  std::uint32_t bytes;
};

// False unless the words are exactly `count` cells whose points exist.
bool read_cells(ByteReader& r, CellsSize size, std::size_t points, PolyDataBody::Cells& cells) {
  const auto bytes = r.take(size.bytes);
  if (!r.ok() || size.bytes % 4 != 0) return false;
  ByteReader words(bytes);
  cells.count = size.count;
  cells.words.reserve(size.bytes / 4);
  for (std::uint32_t cell = 0; cell < size.count; ++cell) {
    const auto n = words.number<std::uint32_t>();
    if (!words.ok() || n > words.remaining() / 4) return false;
    cells.words.push_back(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      cells.words.push_back(words.number<std::uint32_t>());
      if (cells.words.back() >= points) return false;
    }
  }
  return words.remaining() == 0;
}

bool read_attributes(ByteReader& r, std::uint32_t count,
                     std::vector<PolyDataBody::Attribute>& out) {
  if (count > r.remaining() / 6) return false;
  out.resize(count);
  for (auto& a : out) {
    a.type = r.number<std::uint8_t>();
    a.components = r.number<std::uint8_t>();
    a.count = r.number<std::uint32_t>();
  }
  std::size_t names = 0;
  for (auto& a : out) {
    for (char c = '\1'; r.ok();) {
      c = static_cast<char>(r.number<std::uint8_t>());
      if (c == '\0') break;
      a.name += c;
    }
    names += a.name.size() + 1;
  }
  r.take(names % 2);
  for (auto& a : out) {
    const std::uint64_t values = std::uint64_t{a.count} * a.components;
    if (values > r.remaining() / 4) return false;
    a.values.resize(static_cast<std::size_t>(values));
    for (float& v : a.values) v = r.real32();
  }
  return r.ok() && r.remaining() == 0;
}

Result<Body> decode_polydata(const Header& h, std::span<const std::byte> content) {
  ByteReader r(content);
  PolyDataBody b;
  const auto points = r.number<std::uint32_t>();
  std::array<CellsSize, 4> sizes{};
  for (auto& s : sizes) {
    s.count = r.number<std::uint32_t>();
    s.bytes = r.number<std::uint32_t>();
  }
  const auto attributes = r.number<std::uint32_t>();
  if (!r.ok() || points > r.remaining() / 12) return malformed(h, "its points", points);
  b.points.resize(points);
  for (auto& p : b.points) {
    for (float& v : p) v = r.real32();
  }
  std::size_t kind = 0;
  for (auto* cells : {&b.vertices, &b.lines, &b.polygons, &b.strips}) {
    const CellsSize size = sizes[kind++];
    if (!read_cells(r, size, points, *cells)) return malformed(h, "its cells", size.bytes);
  }
  if (!read_attributes(r, attributes, b.attributes)) return malformed(h, "attributes", attributes);
  return Body(std::move(b));
}

Result<Body> decode_content(const Header& h, std::span<const std::byte> content) {
  if (h.type == "TRANSFORM") return decode_transform(h, content);
  if (h.type == "STRING") return decode_string(h, content);
  if (h.type == "STATUS") return decode_status(h, content);
  if (h.type == "POLYDATA") return decode_polydata(h, content);
  return Body(Other{});
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
  if (body.size() != header.body_size) return malformed(header, "its whole body", body.size());
  if (crc64(body) != header.crc) {
    return Error{Code::crc_mismatch, header.type + " of '" + header.device + "': body is damaged"};
  }
  Message m;
  m.header = header;
  std::span<const std::byte> content = body;
  // A query may have no body at all, not even the extended header.
  if (header.version == 2 && !body.empty()) {
    auto unwrapped = unwrap(header, body, m);
    if (!unwrapped) return unwrapped.error();
    content = unwrapped.value();
  }
  auto decoded = decode_content(header, content);
  if (!decoded) return decoded.error();
  m.body = std::move(decoded).value();
  return m;
}

}  // namespace trocar::igtl
