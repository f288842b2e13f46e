#pragma once
#include <span>

#include "engine/igtl/bytes.hpp"
#include "engine/igtl/crc64.hpp"
#include "engine/igtl/message.hpp"

namespace trocar::igtl {

// The stream with the right CRC in each header whose body is there: a fuzzer cannot guess it, and
// would hardly ever get behind it.
inline Buffer sealed(std::span<const std::byte> stream) {
  constexpr std::size_t size_at = 42;
  constexpr std::size_t crc_at = 50;
  Buffer out(stream.begin(), stream.end());
  std::span<std::byte> rest(out);
  while (rest.size() >= header_size) {
    const auto size = load_be<std::uint64_t>(rest.data() + size_at);
    if (size > rest.size() - header_size) break;
    const auto body = rest.subspan(header_size, static_cast<std::size_t>(size));
    store_be(rest.data() + crc_at, crc64(body));
    rest = rest.subspan(header_size + body.size());
  }
  return out;
}

}  // namespace trocar::igtl
