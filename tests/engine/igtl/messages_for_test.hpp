#pragma once
#include <catch2/catch.hpp>
#include <vector>

#include "engine/igtl/message_stream.hpp"

namespace trocar::igtl {

// Every message of a whole, sound stream.
inline std::vector<Message> decode_all(std::span<const std::byte> bytes) {
  MessageStream stream;
  stream.push(bytes);
  std::vector<Message> out;
  for (;;) {
    auto m = stream.next();
    REQUIRE(m);
    if (!m.value()) break;
    out.push_back(*m.value());
  }
  REQUIRE_FALSE(stream.in_message());
  return out;
}

inline const Message& find_message(const std::vector<Message>& all, std::string_view type,
                                   std::string_view device) {
  for (const auto& m : all) {
    if (m.header.type == type && m.header.device == device) return m;
  }
  FAIL("no " << type << " of " << device);
  throw 0;
}

}  // namespace trocar::igtl
