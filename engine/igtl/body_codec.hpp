#pragma once
#include <cstddef>
#include <span>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/igtl/bodies.hpp"
#include "engine/igtl/bytes.hpp"

// The content of each type of message, both ways: a pair of functions per body, and the table that
// says which types have which. Pure and bounded: nothing is read beyond the content, no memory is
// taken for what the content cannot hold.
namespace trocar::igtl {

using Content = std::span<const std::byte>;

struct BodyCodec {
  std::string_view type;
  // Errors: malformed, with what was expected and found.
  Result<Body> (*decode)(Content content);
  // The body must be of this codec's kind.
  void (*put)(ByteWriter& w, const Body& body);
};

// nullptr for a type that is not spoken here. A query without content has no codec.
const BodyCodec* codec_of(std::string_view type);

Status read(Content content, TransformBody& out);
Status read(Content content, TrackingBody& out);
Status read(Content content, QuaternionTrackingBody& out);
Status read(Content content, PositionBody& out);
Status read(Content content, StringBody& out);
Status read(Content content, StatusBody& out);
Status read(Content content, CommandBody& out);
Status read(Content content, PointBody& out);
Status read(Content content, TrajectoryBody& out);
Status read(Content content, ImageBody& out);
Status read(Content content, ImageMetaBody& out);
Status read(Content content, LabelMetaBody& out);
Status read(Content content, SensorBody& out);
Status read(Content content, ArrayBody& out);
Status read(Content content, ColorTableBody& out);
Status read(Content content, CapabilityBody& out);
Status read(Content content, BindBody& out);
Status read(Content content, StartBody& out);
Status read(Content content, ReplyBody& out);
Status read(Content content, PolyDataBody& out);

void put(ByteWriter& w, const TransformBody& b);
void put(ByteWriter& w, const TrackingBody& b);
void put(ByteWriter& w, const QuaternionTrackingBody& b);
void put(ByteWriter& w, const PositionBody& b);
void put(ByteWriter& w, const StringBody& b);
void put(ByteWriter& w, const StatusBody& b);
void put(ByteWriter& w, const CommandBody& b);
void put(ByteWriter& w, const PointBody& b);
void put(ByteWriter& w, const TrajectoryBody& b);
void put(ByteWriter& w, const ImageBody& b);
void put(ByteWriter& w, const ImageHeader& h);
void put(ByteWriter& w, const ImageMetaBody& b);
void put(ByteWriter& w, const LabelMetaBody& b);
void put(ByteWriter& w, const SensorBody& b);
void put(ByteWriter& w, const ArrayBody& b);
void put(ByteWriter& w, const ColorTableBody& b);
void put(ByteWriter& w, const CapabilityBody& b);
void put(ByteWriter& w, const BindBody& b);
void put(ByteWriter& w, const StartBody& b);
void put(ByteWriter& w, const ReplyBody& b);
void put(ByteWriter& w, const PolyDataBody& b);

// A STRING's content without a body made for it: the stream's texts.
void put_string(ByteWriter& w, std::string_view text, std::uint16_t encoding);

// "expected <expected>, found <found>".
Error misfit(std::string_view expected, std::uint64_t found);

}  // namespace trocar::igtl
