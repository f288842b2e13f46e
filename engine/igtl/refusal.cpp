#include "engine/igtl/refusal.hpp"

namespace trocar {

std::string_view to_string(Refusal why) {
  switch (why) {
    case Refusal::not_allowed:
      return "not_allowed";
    case Refusal::too_many_clients:
      return "too_many_clients";
    case Refusal::connects_too_fast:
      return "connects_too_fast";
    case Refusal::other_protocol:
      return "other_protocol";
    case Refusal::malformed:
      return "malformed";
    case Refusal::too_large:
      return "too_large";
    case Refusal::bad_crc:
      return "bad_crc";
    case Refusal::message_too_slow:
      return "message_too_slow";
    case Refusal::too_many_messages:
      return "too_many_messages";
    case Refusal::stalled:
      return "stalled";
    case Refusal::inbound_dropped:
      return "inbound_dropped";
  }
  return "unknown";
}

Refusal refusal_of(const Error& lost_stream) {
  if (lost_stream.code == Code::unsupported) return Refusal::other_protocol;
  if (lost_stream.code == Code::out_of_range) return Refusal::too_large;
  if (lost_stream.code == Code::crc_mismatch) return Refusal::bad_crc;
  return Refusal::malformed;
}

}  // namespace trocar
