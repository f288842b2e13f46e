#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "drivers/ndi_framing.hpp"

// Replies come out the same however the bytes are split, and each one decodes alone.
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t replies_in(std::span<const std::byte> bytes, std::size_t piece) {
  trocar::NdiFraming framing({4096});
  std::size_t count = 0;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(part.size());
    require(framing.feed(part));
    for (;;) {
      const auto reply = framing.next();
      if (!reply) return count;
      if (!reply.value()) break;
      require(static_cast<bool>(trocar::decode_ndi_reply(reply.value()->raw)));
      ++count;
    }
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, std::min<std::size_t>(size, 4096)));
  const std::size_t once = replies_in(bytes, 4096);
  require(replies_in(bytes, 1) == once);
  require(replies_in(bytes, 7) == once);
  return 0;
}
