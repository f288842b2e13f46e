#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "engine/session/session_messages.hpp"
#include "engine/session/session_reader.hpp"

// A session file as a disk may give it back: read as far as it holds, and every message is a value
// or a refusal. What decodes, encodes and decodes again to the same bytes.
namespace {

template <class T>
void decode_again(trocar::mcap::Bytes data) {
  const auto value = trocar::decode<T>(data);
  if (!value) return;
  const std::string bytes = encode(value.value());
  const auto again = trocar::decode<T>(std::as_bytes(std::span(bytes)));
  if (!again || encode(again.value()) != bytes) std::abort();
}

void try_message(const trocar::mcap::Message& m) {
  using trocar::Topic;
  const auto topic = static_cast<Topic>(m.channel);
  if (trocar::is_step(topic)) decode_again<trocar::Step>(m.data);
  if (topic == Topic::guidance) decode_again<trocar::Guidance>(m.data);
  if (topic == Topic::state || topic == Topic::alarm) decode_again<trocar::StateLine>(m.data);
  if (topic == Topic::raw) decode_again<trocar::RawPiece>(m.data);
  if (topic == Topic::image) decode_again<trocar::ImageFrame>(m.data);
  if (topic == Topic::command) decode_again<trocar::CommandRecord>(m.data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string file = "/tmp/trocar-fuzz-session-" + std::to_string(::getpid());
  std::FILE* out = std::fopen(file.c_str(), "wb");
  if (out == nullptr) std::abort();
  std::fwrite(data, 1, size, out);
  std::fclose(out);
  auto reader = trocar::SessionReader::open(file);
  if (reader) {
    while (const auto* item = reader.value()->next()) {
      if (const auto* m = std::get_if<trocar::mcap::Message>(item)) try_message(*m);
    }
    if (reader.value()->end().whole_bytes > size) std::abort();
  }
  // The CRC hides most messages from a mutation: the same bytes as a message of each kind.
  const trocar::mcap::Bytes bytes{reinterpret_cast<const std::byte*>(data), size};
  for (std::uint16_t topic = 1; topic <= 15; ++topic) try_message({topic, 0, 0, bytes});
  return 0;
}
