#pragma once
#include <Eigen/Core>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"

// The checks of a set of labelled points that need no fit. Errors name the labels.
namespace trocar {

struct LabelledPoints {
  std::string_view what;  // "planned fiducials", "touched points": how messages call them
  std::span<const std::string> labels;
  std::span<const Eigen::Vector3d> points;  // mm
};

// At least 4 points, as many as labels, labels different from each other, numbers finite.
Status check_count_and_numbers(const LabelledPoints& set);
// No two closer than min_spacing_mm.
Status check_spacing(const LabelledPoints& set, double min_spacing_mm);
// The RMS distance from the best line is at least min_off_line_mm, also with any one left out.
Status check_off_line(const LabelledPoints& set, double min_off_line_mm);
// RMS extent within [5, 500] mm, the size of a spine region: metres and micrometres fall outside.
Status check_size(const LabelledPoints& set);
// The touched points are as wide as the planned ones, within a quarter (H17).
Status check_same_size(const LabelledPoints& touched, const LabelledPoints& planned);

// RMS distance of the points from the line that fits them best, mm.
double off_line_rms_mm(std::span<const Eigen::Vector3d> points);

}  // namespace trocar
