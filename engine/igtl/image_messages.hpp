#pragma once
#include <cstdint>

#include "engine/base/result.hpp"
#include "engine/data/image_frame.hpp"
#include "engine/igtl/bodies.hpp"
#include "engine/igtl/bytes.hpp"

// Images of devices, between the engine's value and the IMAGE message.
namespace trocar::igtl {

// The frame must hold as many pixels as its size says.
void append_image_frame(Buffer& out, const ImageFrame& frame, std::uint64_t timestamp,
                        std::uint16_t version);

// What an IMAGE says, with the pixels in little-endian order and the axes in RAS; `acquired` and
// `received` are the caller's to fill. Errors: unsupported (a part of an image); malformed: axes
// that are not finite, of no length, or not at right angles to 1e-3.
Result<ImageFrame> image_frame_of(ImageBody&& body, const std::string& device);

}  // namespace trocar::igtl
