#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/plan.hpp"

namespace trocar {

// Control points of a 3D Slicer markups file (.mrk.json), in Preop LPS mm.
struct Markups {
  std::string type;  // as Slicer names it: "Fiducial", "Line", ...
  std::vector<Fiducial> points;
};

inline constexpr std::size_t max_markup_points = 64;

// Reads the one markup of the file; points whose positionStatus is not "defined" are left out. The
// file must say its coordinateSystem: "LPS" or "RAS" (or 1, 0 as older versions wrote).
// Errors name the file: not_found, malformed, unsupported (unit, several markups), out_of_range
// (too many points, or farther than any patient), inconsistent (two points of one label).
Result<Markups> read_markups(const std::filesystem::path& file);

}  // namespace trocar
