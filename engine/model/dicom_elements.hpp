#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// What stands at the top level of a DICOM file, walked to the end of its pixel data: proof that the
// file is whole. GDCM takes a file cut in its pixels for whole, and stops the program on one cut in
// its header; it sees only what has passed here.
struct DicomElements {
  std::map<std::uint32_t, std::string> values;  // group << 16 | element -> bytes, short values only
  std::uint64_t pixel_bytes = 0;                // of native pixel data
  bool has_pixels = false;
  bool compressed = false;  // pixels are encapsulated
  bool explicit_vr = true;
  std::size_t data_begin = 0;  // where the file's own header ends
};

// Whether the bytes begin as a DICOM file: preamble and mark.
bool is_dicom(std::string_view bytes);

// How far a file is walked. Behind the pixels of an image there may be anything; an object that a
// toolkit parses to its end is walked to its end.
enum class WalkTo { pixels, end };

// Errors: malformed (cut short, or lengths that do not fit), unsupported (big endian, deflated).
// Every length, in sequences too, is checked against the bytes there are.
// DICOM PS3.5 sect. 7, PS3.10 sect. 7.
Result<DicomElements> walk_dicom(std::string_view bytes, WalkTo to = WalkTo::pixels);

}  // namespace trocar
