#include <string>

#include "engine/igtl/body_codec.hpp"

// STRING, STATUS, COMMAND, and the bodies of STT_ and RTS_.
namespace trocar::igtl {
namespace {

constexpr std::size_t error_name = 20;
constexpr std::size_t command_name = 128;
constexpr std::size_t frame_name = 32;

}  // namespace

Status read(Content content, StringBody& out) {
  ByteReader r(content);
  out.encoding = r.number<std::uint16_t>();
  const auto size = r.number<std::uint16_t>();
  out.text = as_text(r.take(size));
  if (!r.ok()) return misfit("a text of " + std::to_string(size) + " bytes", content.size());
  return Done{};
}

void put_string(ByteWriter& w, std::string_view text, std::uint16_t encoding) {
  const std::string_view cut = text.substr(0, 0xFFFF);
  w.number(encoding);
  w.number(static_cast<std::uint16_t>(cut.size()));
  w.text(cut);
}

void put(ByteWriter& w, const StringBody& b) { put_string(w, b.text, b.encoding); }

Status read(Content content, StatusBody& out) {
  ByteReader r(content);
  out.code = r.number<std::uint16_t>();
  out.subcode = static_cast<std::int64_t>(r.number<std::uint64_t>());
  out.error_name = r.padded_text(error_name);
  if (!r.ok()) return misfit("at least 30 bytes of content", content.size());
  out.message = r.padded_text(r.remaining());
  return Done{};
}

void put(ByteWriter& w, const StatusBody& b) {
  w.number(b.code);
  w.number(static_cast<std::uint64_t>(b.subcode));
  w.padded_text(b.error_name, error_name);
  w.text(b.message);
  w.grow(1);
}

Status read(Content content, CommandBody& out) {
  ByteReader r(content);
  out.id = r.number<std::uint32_t>();
  out.name = r.padded_text(command_name);
  out.encoding = r.number<std::uint16_t>();
  const auto size = r.number<std::uint32_t>();
  out.text = as_text(r.take(size));
  if (!r.ok()) return misfit("a command of " + std::to_string(size) + " bytes", content.size());
  return Done{};
}

void put(ByteWriter& w, const CommandBody& b) {
  w.number(b.id);
  w.padded_text(b.name, command_name);
  w.number(b.encoding);
  w.number(static_cast<std::uint32_t>(b.text.size()));
  w.text(b.text);
}

// Some clients leave the content out: each update, in the server's own frame.
Status read(Content content, StartBody& out) {
  if (content.empty()) return Done{};
  if (content.size() != 4 + frame_name) return misfit("36 bytes of content", content.size());
  ByteReader r(content);
  out.resolution_ms = static_cast<std::int32_t>(r.number<std::uint32_t>());
  out.frame = r.padded_text(frame_name);
  return Done{};
}

void put(ByteWriter& w, const StartBody& b) {
  w.number(static_cast<std::uint32_t>(b.resolution_ms));
  w.padded_text(b.frame, frame_name);
}

Status read(Content content, ReplyBody& out) {
  if (content.size() != 1) return misfit("1 byte of content", content.size());
  out.status = ByteReader(content).number<std::uint8_t>();
  return Done{};
}

void put(ByteWriter& w, const ReplyBody& b) { w.number(b.status); }

}  // namespace trocar::igtl
