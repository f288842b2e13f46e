#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// Why a display client was not let in, was sent away, or was not listened to. The words are what
// /metrics, /state and the log say.
enum class Refusal : std::uint8_t {
  not_allowed,        // its address is not in `allow`
  too_many_clients,   // max_clients are served already
  connects_too_fast,  // more new connections than can be welcomed without delaying the others
  other_protocol,     // its first bytes are no OpenIGTLink header of version 1 or 2
  malformed,          // a message whose sizes contradict each other
  too_large,          // a message above max_message_bytes
  bad_crc,
  message_too_slow,   // a message that was not whole after message_deadline_ms
  too_many_messages,  // more than max_messages_per_s
  stalled,            // took no byte for stall_limit_ms, or let too much news wait
  inbound_dropped,    // a message that nobody here takes; the client stays (H24)
};
inline constexpr std::size_t refusal_count = 11;
std::string_view to_string(Refusal why);

// What a lost stream is counted as.
Refusal refusal_of(const Error& lost_stream);

}  // namespace trocar
