#include "engine/igtl/message_encoder.hpp"

#include <cassert>

#include "engine/igtl/body_codec.hpp"
#include "engine/igtl/crc64.hpp"

namespace trocar::igtl {

namespace {

constexpr std::size_t extended_header_size = 12;
constexpr std::size_t type_size = 12;
constexpr std::size_t device_size = 20;
constexpr std::size_t body_size_at = 42;
constexpr std::size_t crc_at = 50;

void put_metadata(ByteWriter& w, std::span<const MetadatumView> metadata) {
  for (const auto& m : metadata) {
    w.number(static_cast<std::uint16_t>(m.key.size()));
    w.number(m.encoding);
    w.number(static_cast<std::uint32_t>(m.value.size()));
  }
  for (const auto& m : metadata) {
    w.text(m.key);
    w.text(m.value);
  }
}

void put_extended_header(ByteWriter& w, const Envelope& e) {
  std::size_t bytes = 0;
  for (const auto& m : e.metadata) bytes += m.key.size() + m.value.size();
  w.number(static_cast<std::uint16_t>(extended_header_size));
  w.number(static_cast<std::uint16_t>(2 + 8 * e.metadata.size()));
  w.number(static_cast<std::uint32_t>(bytes));
  w.number(e.id);
}

template <class Content>
void append(Buffer& out, std::string_view type, const Envelope& e, Content&& put_content) {
  assert(e.version == 1 || e.version == 2);
  const std::size_t begin = out.size();
  ByteWriter w(out);
  w.number(e.version);
  const std::string_view type_cut = type.substr(0, type_size);
  w.text(type_cut);  // a type may fill its field without a zero: RTS_COMMAND has 11
  w.grow(type_size - type_cut.size());
  w.padded_text(e.device, device_size);
  w.number(e.timestamp);
  w.grow(16);  // size and CRC, known at the end
  if (e.version == 2) put_extended_header(w, e);
  put_content(w);
  if (e.version == 2) {
    w.number(static_cast<std::uint16_t>(e.metadata.size()));
    put_metadata(w, e.metadata);
  }
  const std::span<const std::byte> body = std::span(out).subspan(begin + header_size);
  const std::uint64_t crc = crc64(body);
  store_be(out.data() + begin + body_size_at, static_cast<std::uint64_t>(body.size()));
  store_be(out.data() + begin + crc_at, crc);
}

}  // namespace

void append_transform(Buffer& out, const Envelope& e, std::span<const float, 12> columns) {
  append(out, "TRANSFORM", e, [&](ByteWriter& w) {
    for (const float v : columns) w.real32(v);
  });
}

void append_string(Buffer& out, const Envelope& e, std::string_view text, std::uint16_t encoding) {
  append(out, "STRING", e, [&](ByteWriter& w) { put_string(w, text, encoding); });
}

void append_status(Buffer& out, const Envelope& e, const StatusBody& s) {
  append(out, "STATUS", e, [&](ByteWriter& w) { put(w, s); });
}

void append_polydata(Buffer& out, const Envelope& e, const PolyDataBody& b) {
  append(out, "POLYDATA", e, [&](ByteWriter& w) { put(w, b); });
}

void append_image(Buffer& out, const Envelope& e, const ImageHeader& header,
                  std::span<const std::byte> pixels) {
  append(out, "IMAGE", e, [&](ByteWriter& w) {
    put(w, header);
    w.bytes(pixels);
  });
}

void append_tracking(Buffer& out, const Envelope& e, const TrackingBody& tracking) {
  append(out, "TDATA", e, [&](ByteWriter& w) { put(w, tracking); });
}

void append_query(Buffer& out, const Envelope& e, std::string_view type) {
  append(out, type, e, [](ByteWriter&) {});
}

void append_message(Buffer& out, const Message& m) {
  std::vector<MetadatumView> metadata;
  metadata.reserve(m.metadata.size());
  for (const auto& d : m.metadata) metadata.push_back({d.key, d.value, d.encoding});
  const Envelope e{m.header.version, m.header.device, m.header.timestamp, m.id, metadata};
  if (std::holds_alternative<Other>(m.body)) return append_query(out, e, m.header.type);
  append(out, m.header.type, e, [&](ByteWriter& w) { codec_of(m.header.type)->put(w, m.body); });
}

}  // namespace trocar::igtl
