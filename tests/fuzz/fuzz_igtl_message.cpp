// Bytes of any peer, with their own CRC or the right one, cut at a place the input chooses: never a
// fault, never more memory than bytes.
// What decodes must encode to a stream that decodes to the same.
#include <cstdlib>

#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/message_stream.hpp"
#include "tests/fuzz/sealed.hpp"

using namespace trocar::igtl;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto said = std::as_bytes(std::span(data + 1, size - 1));
  const Buffer with_crc = data[0] % 2 == 0 ? sealed(said) : Buffer();
  const auto all = data[0] % 2 == 0 ? std::span<const std::byte>(with_crc) : said;
  const std::size_t cut = all.size() * data[0] / 255;
  MessageStream stream({1U << 16U, 1U << 20U});
  for (const auto part : {all.first(cut), all.subspan(cut)}) {
    stream.push(part);
    for (;;) {
      const auto m = stream.next();
      if (!m) return 0;
      if (!m.value()) break;
      Buffer again;
      append_message(again, *m.value());
      MessageStream second;
      second.push(again);
      const auto back = second.next();
      if (!back || !back.value()) std::abort();
      if (back.value()->body.index() != m.value()->body.index()) std::abort();
    }
  }
  return 0;
}
