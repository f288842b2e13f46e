#include "engine/model/contour_stack.hpp"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>

namespace trocar {
namespace {

constexpr double flat_mm = 0.1;         // a point further off its plane is not in it
constexpr double same_plane_mm = 0.05;  // heights as far apart are one plane
constexpr double uneven = 0.1;          // of the spacing
constexpr double thin_mm = 0.02;        // an outline with less in the mean across has no area
constexpr double farthest_mm = 10'000;  // from the origin of the patient's axes
constexpr double min_spacing_mm = 0.1, max_spacing_mm = 10.0;

// Twice the area, along the normal (Newell).
Eigen::Vector3d area_of(const Contour& c) {
  Eigen::Vector3d sum = Eigen::Vector3d::Zero();
  for (std::size_t i = 0; i < c.size(); ++i)
    sum += (c[i] - c[0]).cross(c[(i + 1) % c.size()] - c[0]);
  return sum;
}

std::string place(const Contour& c) {
  return fmt::format("({:.1f}, {:.1f}, {:.1f})", c[0].x(), c[0].y(), c[0].z());
}

Error refused(const std::string& detail) { return {Code::malformed, detail}; }

// Normal of the largest outline, pointing to the head, back or left, whichever is nearest.
Eigen::Vector3d find_normal(const std::vector<Contour>& contours) {
  Eigen::Vector3d largest = Eigen::Vector3d::Zero();
  for (const Contour& c : contours) {
    const Eigen::Vector3d area = area_of(c);
    if (area.squaredNorm() > largest.squaredNorm()) largest = area;
  }
  Eigen::Vector3d n = largest.normalized();
  Eigen::Index axis = 0;
  n.cwiseAbs().maxCoeff(&axis);
  if (n[axis] < 0) n = -n;
  // Written with few digits, an upright plane's normal must not be a hair askew.
  const Eigen::Vector3d upright = Eigen::Vector3d::Unit(axis);
  return (n - upright).norm() < 1e-4 ? upright : n;
}

Eigen::Matrix3d axes_of(const Eigen::Vector3d& normal) {
  Eigen::Index least = 0;
  normal.cwiseAbs().minCoeff(&least);
  Eigen::Matrix3d axes;
  axes.col(0) = (Eigen::Vector3d::Unit(least) - normal[least] * normal).normalized();
  axes.col(1) = normal.cross(axes.col(0));
  axes.col(2) = normal;
  return axes;
}

// Twice the area and the length: an outline without area bounds nothing, and where it is the only
// one of its slice it would leave a gap. So does one that crosses itself into two equal halves.
bool bounds_area(const std::vector<Eigen::Vector2d>& o) {
  double twice_area = 0, length = 0;
  for (std::size_t i = 0; i < o.size(); ++i) {
    const Eigen::Vector2d a = o[i] - o[0], b = o[(i + 1) % o.size()] - o[0];
    twice_area += a.x() * b.y() - a.y() * b.x();
    length += (b - a).norm();
  }
  return std::abs(twice_area) > thin_mm * length;
}

Status add(const Contour& c, ContourStack& stack) {
  if (c.size() < 3)
    return refused(fmt::format("expected outlines of 3 or more points, found one of {}", c.size()));
  double height = 0;
  for (const Eigen::Vector3d& p : c) {
    if (!(p.cwiseAbs().maxCoeff() <= farthest_mm))
      return refused(
          fmt::format("expected finite coordinates within {} mm, found others", farthest_mm));
    height += p.dot(stack.axes.col(2)) / static_cast<double>(c.size());
  }
  std::vector<Eigen::Vector2d> outline;
  for (const Eigen::Vector3d& p : c) {
    const Eigen::Vector3d q = stack.axes.transpose() * p;
    if (std::abs(q.z() - height) > flat_mm)
      return refused(
          fmt::format("expected outlines in parallel planes, found one at {} that lies "
                      "{:.2f} mm out of them",
                      place(c), std::abs(q.z() - height)));
    outline.emplace_back(q.head<2>());
  }
  if (!bounds_area(outline))
    return refused(
        fmt::format("expected outlines that surround an area, found one of {} points at "
                    "{} that does not",
                    c.size(), place(c)));
  for (ContourSlice& s : stack.slices) {
    if (std::abs(s.height_mm - height) > same_plane_mm) continue;
    s.outlines.push_back(std::move(outline));
    return Done{};
  }
  stack.slices.push_back({height, {std::move(outline)}});
  return Done{};
}

Status check_even(ContourStack& stack) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < stack.slices.size(); ++i)
    gaps.push_back(stack.slices[i].height_mm - stack.slices[i - 1].height_mm);
  if (gaps.empty()) return refused("expected outlines in two or more slices, found one slice");
  std::vector<double> sorted = gaps;
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2),
                   sorted.end());
  stack.spacing_mm = sorted[gaps.size() / 2];
  if (stack.spacing_mm < min_spacing_mm || stack.spacing_mm > max_spacing_mm)
    return refused(fmt::format("expected slices {} to {} mm apart, found {:.3f} mm", min_spacing_mm,
                               max_spacing_mm, stack.spacing_mm));
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    if (std::abs(gaps[i] - stack.spacing_mm) <= uneven * stack.spacing_mm) continue;
    const bool missing = gaps[i] > 1.5 * stack.spacing_mm;
    return refused(fmt::format(
        "expected a slice every {:.2f} mm, found {:.2f} mm between those at {:.2f} and {:.2f} mm "
        "along the normal: {}",
        stack.spacing_mm, gaps[i], stack.slices[i].height_mm, stack.slices[i + 1].height_mm,
        missing ? "are slices missing, or are these two structures?" : "is a slice there twice?"));
  }
  return Done{};
}

Status check_apart(const ContourStack& stack, Crossing crossing) {
  for (const ContourSlice& s : stack.slices) {
    const auto conflict = find_conflict(s.outlines, crossing);
    if (!conflict) continue;
    const Eigen::Vector3d at =
        stack.axes.leftCols<2>() * conflict->at_mm + stack.axes.col(2) * s.height_mm;
    return refused(
        fmt::format("slice at {:.2f} mm along the normal: expected outlines side by side "
                    "or within each other, found {} at ({:.1f}, {:.1f}, {:.1f})",
                    s.height_mm, conflict->found, at.x(), at.y(), at.z()));
  }
  return Done{};
}

}  // namespace

Result<ContourStack> stack_contours(const std::vector<Contour>& contours, Crossing crossing) {
  if (contours.empty()) return Error{Code::not_found, "expected closed outlines, found none"};
  ContourStack stack{axes_of(find_normal(contours)), {}, 0};
  if (!(stack.axes.determinant() > 0.5))
    return refused("expected outlines that surround an area, found none that does");
  for (const Contour& c : contours) {
    const Status added = add(c, stack);
    if (!added) return added.error();
  }
  std::sort(stack.slices.begin(), stack.slices.end(),
            [](const ContourSlice& a, const ContourSlice& b) { return a.height_mm < b.height_mm; });
  const Status even = check_even(stack);
  if (!even) return even.error();
  const Status apart = check_apart(stack, crossing);
  if (!apart) return apart.error();
  return stack;
}

}  // namespace trocar
