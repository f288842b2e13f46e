#include "engine/session/mcap.hpp"

#include <zlib.h>

namespace trocar::mcap {

std::uint32_t crc32(Bytes bytes, std::uint32_t before) {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  return static_cast<std::uint32_t>(::crc32_z(before, data, bytes.size()));
}

void Writer::text(std::string_view s) {
  u32(static_cast<std::uint32_t>(s.size()));
  raw(std::as_bytes(std::span(s)));
}

std::size_t Writer::begin(Opcode opcode) {
  const std::size_t begun = out_.size();
  u8(static_cast<std::uint8_t>(opcode));
  u64(0);
  return begun;
}

void Writer::end(std::size_t begun) {
  const std::uint64_t length = out_.size() - begun - record_head;
  for (std::size_t i = 0; i < 8; ++i)
    out_[begun + 1 + i] = static_cast<std::byte>(length >> (8 * i));
}

void Writer::seal(std::size_t from) {
  const std::size_t at = out_.size() - 4;
  const std::uint32_t crc = crc32(Bytes(out_).subspan(from, at - from));
  for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<std::byte>(crc >> (8 * i));
}

Bytes Reader::raw(std::uint64_t n) {
  if (n > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const Bytes taken = rest_.first(static_cast<std::size_t>(n));
  rest_ = rest_.subspan(taken.size());
  return taken;
}

namespace {
std::string text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
}  // namespace

std::string Reader::text() { return text_of(raw(u32())); }

void write(Writer& out, const Schema& schema) {
  const std::size_t begun = out.begin(Opcode::schema);
  out.u16(schema.id);
  out.text(schema.name);
  out.text(schema.encoding);
  out.text(schema.data);
  out.end(begun);
}

bool read(Bytes body, Schema& out) {
  Reader in(body);
  out.id = in.u16();
  out.name = in.text();
  out.encoding = in.text();
  out.data = in.text();
  return in.at_end() && out.id != 0;
}

void write(Writer& out, const Channel& channel) {
  const std::size_t begun = out.begin(Opcode::channel);
  out.u16(channel.id);
  out.u16(channel.schema);
  out.text(channel.topic);
  out.text(channel.encoding);
  out.u32(0);  // no metadata
  out.end(begun);
}

bool read(Bytes body, Channel& out) {
  Reader in(body);
  out.id = in.u16();
  out.schema = in.u16();
  out.topic = in.text();
  out.encoding = in.text();
  in.raw(in.u32());
  return in.at_end();
}

void write(Writer& out, const Attachment& attachment) {
  const std::size_t begun = out.begin(Opcode::attachment);
  out.u64(attachment.log_time_ns);
  out.u64(attachment.log_time_ns);
  out.text(attachment.name);
  out.text(attachment.media_type);
  out.u64(attachment.data.size());
  out.raw(std::as_bytes(std::span(attachment.data)));
  out.u32(0);
  out.end(begun);
  out.seal(begun + record_head);
}

bool read(Bytes body, Attachment& out) {
  constexpr std::size_t crc_bytes = 4;
  if (body.size() < crc_bytes) return false;
  const Bytes covered = body.first(body.size() - crc_bytes);
  Reader in(covered);
  out.log_time_ns = in.u64();
  in.u64();
  out.name = in.text();
  out.media_type = in.text();
  out.data = text_of(in.raw(in.u64()));
  return in.at_end() && Reader(body.last(crc_bytes)).u32() == crc32(covered);
}

void write(Writer& out, const Message& message) {
  const std::size_t begun = out.begin(Opcode::message);
  out.u16(message.channel);
  out.u32(message.sequence);
  out.u64(message.log_time_ns);
  out.u64(message.log_time_ns);
  out.raw(message.data);
  out.end(begun);
}

bool read(Bytes body, Message& out) {
  Reader in(body);
  out.channel = in.u16();
  out.sequence = in.u32();
  out.log_time_ns = in.u64();
  in.u64();
  out.data = in.rest();
  return in.ok();
}

}  // namespace trocar::mcap
