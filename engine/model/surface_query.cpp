#include "engine/model/surface_query.hpp"

#include <Eigen/Geometry>
#include <cmath>
#include <numbers>

#include "engine/model/mesh_orientation.hpp"
#include "engine/model/surface_search.hpp"

namespace trocar::surface {
namespace {

using Eigen::Vector3d;

// The pseudonormal of a feature, and whether a triangle without a normal left it in doubt.
struct Side {
  Vector3d normal;
  bool doubtful;
};

Side side_of(const SurfaceTree& tree, std::uint32_t slot, TrianglePart part) noexcept {
  const Record& r = tree.records[slot];
  const Vector3d& face = tree.face_normals[slot];
  if (part.kind == TrianglePart::face) return {face, face.isZero(0.0)};
  const std::uint32_t v = r.vertex[part.index];
  if (part.kind == TrianglePart::corner) return {tree.vertex_normals[v], tree.doubtful[v] != 0};
  const Vector3d sum = face + tree.face_normals[tree.neighbours[slot][part.index]];
  const double length = sum.norm();
  const std::uint32_t w = r.vertex[(part.index + 1U) % 3U];
  const bool doubtful = length == 0.0 || (tree.doubtful[v] != 0 && tree.doubtful[w] != 0);
  return {length > 0.0 ? Vector3d(sum / length) : Vector3d(face), doubtful};
}

// Winding number, for the few places where pseudonormals say nothing: slow, but never wrong on a
// closed surface.
bool lies_inside(const SurfaceTree& tree, const Vector3d& p) noexcept {
  double angle = 0.0;
  for (std::uint32_t slot = 0; slot < tree.slots(); ++slot) {
    const Record& r = tree.records[slot];
    const bool repeated =
        slot % width != 0 && r.triangle == tree.records[slot - slot % width].triangle;
    if (!repeated) angle += solid_angle(p, r.corner_mm[0], r.corner_mm[1], r.corner_mm[2]);
  }
  return angle > 2.0 * std::numbers::pi;
}

Feature feature_of(TrianglePart part) noexcept {
  switch (part.kind) {
    case TrianglePart::face:
      return Feature::face;
    case TrianglePart::edge:
      return Feature::edge;
    case TrianglePart::corner:
      return Feature::vertex;
  }
  return Feature::vertex;
}

// `slot` holds the nearest triangle of p, `on_it` the nearest point.
NearestPoint with_sign(const SurfaceTree& tree, const Vector3d& p, std::uint32_t slot,
                       const TrianglePoint& on_it) noexcept {
  const double distance = std::sqrt(on_it.squared_mm2);
  const Side side = side_of(tree, slot, on_it.part);
  NearestPoint out{distance, on_it.closest, side.normal, slot, feature_of(on_it.part)};
  if (distance == 0.0) return out;
  const Vector3d away = p - on_it.closest;
  bool inside = away.dot(side.normal) < 0.0;
  if (side.doubtful) {
    inside = lies_inside(tree, p);
    out.normal = (inside ? -1.0 : 1.0) / distance * away;
  }
  if (inside) out.signed_mm = -distance;
  return out;
}

}  // namespace

NearestPoint nearest_point(const SurfaceTree& tree, const Vector3d& p,
                           std::uint32_t first_slot) noexcept {
  PointSearch search(tree, p);
  search.finish(first_slot < tree.slots() ? first_slot : 0);
  run(search);
  return with_sign(tree, p, search.slot, search.best);
}

PlaceOnSegment lowest_place(const SurfaceTree& tree, const Segment& segment,
                            std::uint32_t first_slot) noexcept {
  SegmentSearch search(tree, segment);
  search.finish(first_slot < tree.slots() ? first_slot : 0);
  run(search);
  // No triangle is nearer to any place of the segment than this one to this place: the nearest
  // point of the place lies on it.
  const double at = search.best.at_mm;
  const Vector3d place = segment.at(at);
  const Record& r = tree.records[search.slot];
  const TrianglePoint on_it =
      nearest_on_triangle(place, r.corner_mm[0], r.corner_mm[1], r.corner_mm[2]);
  PlaceOnSegment nearest{with_sign(tree, place, search.slot, on_it), at};
  if (nearest.nearest.signed_mm > touching_mm) return nearest;
  return deepest_place(tree, segment, nearest);
}

}  // namespace trocar::surface
