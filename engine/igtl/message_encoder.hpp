#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/igtl/bytes.hpp"
#include "engine/igtl/message.hpp"

// Whole messages, appended to a buffer that the caller clears and uses again: no allocation once
// the buffer has grown. With version 1 the metadata is left out: that header cannot carry it.
namespace trocar::igtl {

struct MetadatumView {
  std::string_view key;
  std::string_view value;
  std::uint16_t encoding = us_ascii;
};

struct Envelope {
  std::uint16_t version = 1;  // 1 or 2
  std::string_view device;    // at most max_name_size bytes
  std::uint64_t timestamp = 0;
  std::uint32_t id = 0;
  std::span<const MetadatumView> metadata = {};  // keys at most 65535 bytes
};

void append_transform(Buffer& out, const Envelope& e, std::span<const float, 12> columns);
void append_string(Buffer& out, const Envelope& e, std::string_view text,
                   std::uint16_t encoding = us_ascii);
void append_status(Buffer& out, const Envelope& e, const StatusBody& status);
void append_polydata(Buffer& out, const Envelope& e, const PolyDataBody& surface);
// `pixels`: header.pixel_bytes() of them.
void append_image(Buffer& out, const Envelope& e, const ImageHeader& header,
                  std::span<const std::byte> pixels);
void append_tracking(Buffer& out, const Envelope& e, const TrackingBody& tracking);
// A message without content: GET_STATUS and other queries.
void append_query(Buffer& out, const Envelope& e, std::string_view type);
// Any message, by the type in its header, which must be one of its body's; `Other` becomes an empty
// body of that type.
void append_message(Buffer& out, const Message& m);

}  // namespace trocar::igtl
