#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/model/dicom_object.hpp"
#include "engine/model/slice_distance.hpp"

// An RTSTRUCT or SEG from its first byte: whatever comes out must be finite, rising and bounded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto object = trocar::parse_dicom_object(bytes, {1, ""});
  if (!object) return 0;
  const trocar::ContourStack& stack = object.value().stack;
  if (!stack.axes.allFinite() || !(stack.spacing_mm > 0)) std::abort();
  double below = -1e300;
  for (const trocar::ContourSlice& slice : stack.slices) {
    if (!(slice.height_mm > below)) std::abort();
    below = slice.height_mm;
    for (const auto& outline : slice.outlines)
      for (const auto& p : outline)
        if (!p.allFinite()) std::abort();
  }
  const trocar::PlaneGrid grid{{-10, -10}, 1.0, 21, 21};
  for (const float d : trocar::slice_distance(grid, stack.slices.front().outlines, 5.0))
    if (!(std::abs(d) <= 5.001F)) std::abort();
  return 0;
}
