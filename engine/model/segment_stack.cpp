#include "engine/model/segment_stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

constexpr double same_plane_mm = 0.05;
constexpr double uneven = 0.1;  // of the spacing
constexpr double max_spacing_mm = 10;
constexpr double max_slices = 20'000;

double gap_mm(const std::vector<ContourSlice>& frames, std::size_t i) {
  return frames[i].height_mm - frames[i - 1].height_mm;
}

Result<double> least_distance_mm(const std::vector<ContourSlice>& frames) {
  if (frames.size() < 2)
    return Error{Code::malformed, "expected frames in two or more slices, found one slice"};
  double least = gap_mm(frames, 1);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (gap_mm(frames, i) < same_plane_mm)
      return Error{
          Code::malformed,
          fmt::format("expected one frame per slice, found two at {:.2f} mm along the normal",
                      frames[i].height_mm)};
    least = std::min(least, gap_mm(frames, i));
  }
  if (least > max_spacing_mm)
    return Error{Code::malformed, fmt::format("expected frames {} mm or less apart, found {:.2f} "
                                              "mm between the nearest",
                                              max_spacing_mm, least)};
  return least;
}

// The raster over all neighbours: positions are written with few digits, and the least distance
// alone would be off by a slice over a long gap.
Result<double> spacing_mm(const std::vector<ContourSlice>& frames) {
  const auto least = least_distance_mm(frames);
  if (!least) return least.error();
  double sum_mm = 0, neighbours = 0;
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (gap_mm(frames, i) < 1.5 * least.value()) sum_mm += gap_mm(frames, i), ++neighbours;
  const double spacing = sum_mm / neighbours;
  if (frames.back().height_mm - frames.front().height_mm > spacing * max_slices)
    return Error{Code::out_of_range, "expected slices near each other, found them far apart"};
  for (std::size_t i = 1; i < frames.size(); ++i) {
    const double off = gap_mm(frames, i) - spacing * std::round(gap_mm(frames, i) / spacing);
    if (std::abs(off) > uneven * spacing)
      return Error{
          Code::malformed,
          fmt::format("expected a slice every {:.2f} mm, found one at {:.2f} mm along the normal, "
                      "{:.2f} mm off",
                      spacing, frames[i].height_mm, std::abs(off))};
  }
  return spacing;
}

// A raster finer than any two frames would make a disc of each: then either the statement is wrong
// or every second slice is missing, and nobody can tell which.
Status check_stated(double spacing_mm, double stated_mm) {
  if (std::abs(std::abs(stated_mm) - spacing_mm) <= uneven * spacing_mm) return Done{};
  return Error{Code::malformed,
               fmt::format("expected frames every {:.2f} mm as SpacingBetweenSlices says, found "
                           "them every {:.2f} mm: are slices missing?",
                           std::abs(stated_mm), spacing_mm)};
}

}  // namespace

Result<ContourStack> stack_frames(std::vector<ContourSlice> frames, const Eigen::Matrix3d& axes,
                                  std::optional<double> stated_mm) {
  std::sort(frames.begin(), frames.end(),
            [](const ContourSlice& a, const ContourSlice& b) { return a.height_mm < b.height_mm; });
  const auto spacing = spacing_mm(frames);
  if (!spacing) return spacing.error();
  if (stated_mm) {
    const Status agrees = check_stated(spacing.value(), *stated_mm);
    if (!agrees) return agrees.error();
  }
  ContourStack out{axes, {}, spacing.value()};
  for (ContourSlice& frame : frames) {
    while (!out.slices.empty() &&
           frame.height_mm - out.slices.back().height_mm > 1.5 * out.spacing_mm)
      out.slices.push_back({out.slices.back().height_mm + out.spacing_mm, {}});
    out.slices.push_back(std::move(frame));
  }
  return out;
}

}  // namespace trocar
