#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/session/mcap.hpp"
#include "engine/session/recorded.hpp"

// Values to the protobuf messages of messages.proto and back; what is read back has the same bits.
// decode() refuses (Code::malformed) what no encode() has written: unknown words, wrong counts,
// more than fits, text that is too long.
namespace trocar {

std::string encode(const Step& step);
std::string encode(const Guidance& guidance);
std::string encode(const StateLine& line);
std::string encode(const RawPiece& piece);
std::string encode(const ImageFrame& image);
std::string encode(const CommandRecord& command);

template <class T>
Result<T> decode(mcap::Bytes message) = delete;
template <>
Result<Step> decode<Step>(mcap::Bytes message);
template <>
Result<Guidance> decode<Guidance>(mcap::Bytes message);
template <>
Result<StateLine> decode<StateLine>(mcap::Bytes message);
template <>
Result<RawPiece> decode<RawPiece>(mcap::Bytes message);
template <>
Result<ImageFrame> decode<ImageFrame>(mcap::Bytes message);
template <>
Result<CommandRecord> decode<CommandRecord>(mcap::Bytes message);

// Every kind of message has a channel of its own.
enum class Topic : std::uint8_t {
  tick = 1,
  link,
  tracker_frame,
  gap,
  device_alert,
  registration,
  registration_refused,
  registration_cleared,
  recording,
  guidance,
  state,
  alarm,
  raw,
  image,
  command,
  imaging,  // of Step, too; last, because a number once given stays
};
Topic topic_of(const Event& event);
Topic topic_of(const StateLine& line);
// True for those of Step.
bool is_step(Topic topic);

// Topic n is channel n. With everything a stranger needs to read them.
std::vector<mcap::Schema> session_schemas();
std::vector<mcap::Channel> session_channels();

// Two messages of a topic that are not the same bytes: the first field that differs, as
// `tools[0].structures[1].measured.tip_bound_95_mm: 1.2500000000000002 -> 1.25`.
std::string first_difference(Topic topic, mcap::Bytes recorded, mcap::Bytes found);

}  // namespace trocar
