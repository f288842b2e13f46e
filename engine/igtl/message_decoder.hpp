#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/result.hpp"
#include "engine/igtl/message.hpp"

// Pure and bounded: bytes in, values out, nothing read or allocated beyond the bytes given.
namespace trocar::igtl {

// Of exactly header_size bytes. Errors: unsupported (version), malformed (a name that is no text).
// The body size is what the wire says: the caller checks it.
Result<Header> decode_header(std::span<const std::byte> bytes);

// `body`: exactly header.body_size bytes. Errors: crc_mismatch; malformed, when a size in it does
// not fit. An unknown type gives `Other`, its metadata is read all the same.
Result<Message> decode_message(const Header& header, std::span<const std::byte> body);

// The same without looking at the content: `Other`, id and metadata.
Result<Message> decode_envelope(const Header& header, std::span<const std::byte> body);

}  // namespace trocar::igtl
