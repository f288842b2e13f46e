#pragma once
#include <optional>
#include <string>

#include "tools/pictures/ct_cut.hpp"

namespace trocar {

// What a picture of one vertebra's registration shows and says.
struct VertebraCase {
  int label;
  Point<Preop> middle;  // where the axial and the sagittal cut go through,
  Point<Preop> body;    // and the coronal one: the middle grazes the body's back wall
  Transform<Preop, Intraop> start;
  std::optional<Transform<Preop, Intraop>> registered;  // nothing: no place was found
  bool accepted;
  std::string verdict;  // one line
  std::string figures;  // one line
};

// Three cuts through the vertebra where it was found (or else where the search began), along the
// scan's axes. Above: both scans in a checkerboard. Below: the intraoperative one with the label's
// contour, as registered and as it lay at the start. 5 pixels a millimetre: an error of a
// millimetre is seen.
Picture draw_vertebra(const RegisteredScans& scans, const VertebraCase& shown);

inline constexpr double picture_px_per_mm = 5;
inline constexpr double picture_field_mm = 120;  // a lumbar vertebra and what is next to it
inline constexpr double picture_square_mm = 10;
inline constexpr Rgb registered_colour{0, 235, 255};
inline constexpr Rgb start_colour{255, 120, 40};

}  // namespace trocar
