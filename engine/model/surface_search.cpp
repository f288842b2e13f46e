#include "engine/model/surface_search.hpp"

#include <cmath>

namespace trocar::surface {
namespace {

// What a squared distance in float must exceed to be surely no better than `squared_mm2`.
float reject_above(double squared_mm2, double margin_mm) noexcept {
  const double reach = std::sqrt(squared_mm2) + margin_mm;
  return static_cast<float>(reach * reach * (1.0 + 4e-6));
}

std::array<float, 3> to_float(const Eigen::Vector3d& v) noexcept {
  return {static_cast<float>(v.x()), static_cast<float>(v.y()), static_cast<float>(v.z())};
}

// Of equally near triangles the one with the lower index, so that every way through the tree ends
// at the same answer.
template <class Search, class Found>
void keep_nearer(Search& search, const Found& found, std::uint32_t slot) noexcept {
  const auto& records = search.tree.records;
  const bool nearer = found.squared_mm2 < search.best.squared_mm2;
  const bool tied = found.squared_mm2 == search.best.squared_mm2 && search.slot != no_slot &&
                    records[slot].triangle < records[search.slot].triangle;
  if (!nearer && !tied && search.slot != no_slot) return;
  search.best = found;
  search.slot = slot;
  search.reject = reject_above(search.best.squared_mm2, search.margin_mm);
}

}  // namespace

PointSearch::PointSearch(const SurfaceTree& of, const Eigen::Vector3d& at) noexcept
    : tree(of),
      p_mm(at),
      p(to_float(at - of.origin_mm)),
      margin_mm(float_margin_mm((at - of.origin_mm).norm() + of.radius_mm)) {}

void PointSearch::finish(std::uint32_t at) noexcept {
  const Record& r = tree.records[at];
  const TrianglePoint found =
      nearest_on_triangle(p_mm, r.corner_mm[0], r.corner_mm[1], r.corner_mm[2]);
  keep_nearer(*this, found, at);
}

SegmentSearch::SegmentSearch(const SurfaceTree& of, const Segment& s) noexcept
    : tree(of),
      segment(s),
      begin(to_float(s.begin - of.origin_mm)),
      direction(to_float(s.direction)),
      length(static_cast<float>(s.length_mm)),
      margin_mm(float_margin_mm((s.begin - of.origin_mm).norm() + s.length_mm + of.radius_mm)) {}

void SegmentSearch::finish(std::uint32_t at) noexcept {
  const Record& r = tree.records[at];
  const SegmentApproach found =
      nearest_approach(segment, r.corner_mm[0], r.corner_mm[1], r.corner_mm[2]);
  keep_nearer(*this, found, at);
}

}  // namespace trocar::surface
