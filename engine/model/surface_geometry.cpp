#include "engine/model/surface_geometry.hpp"

#include <Eigen/Geometry>
#include <algorithm>

namespace trocar::surface {
namespace {

using Eigen::Vector3d;

// Squared sine of the angle below which a triangle is taken for a sliver, 0.6 deg: the areas that
// tell where p lies are differences of products, and lose as many digits as it is thin.
constexpr double sliver = 1e-4;

struct EdgePoint {
  Vector3d closest;
  double squared_mm2;
  double fraction;  // 0 and 1 exactly at the corners
};

EdgePoint nearest_on_edge(const Vector3d& p, const Vector3d& a, const Vector3d& b) noexcept {
  const Vector3d e = b - a;
  const double along = (p - a).dot(e);
  const double squared = e.squaredNorm();
  const double fraction = along <= 0.0 ? 0.0 : (along >= squared ? 1.0 : along / squared);
  const Vector3d closest = fraction == 1.0 ? b : Vector3d(a + fraction * e);
  return {closest, (p - closest).squaredNorm(), fraction};
}

TrianglePoint nearest_on_outline(const Vector3d& p, const Vector3d& a, const Vector3d& b,
                                 const Vector3d& c) noexcept {
  const EdgePoint sides[3] = {nearest_on_edge(p, a, b), nearest_on_edge(p, b, c),
                              nearest_on_edge(p, c, a)};
  std::uint8_t k = 0;
  if (sides[1].squared_mm2 < sides[k].squared_mm2) k = 1;
  if (sides[2].squared_mm2 < sides[k].squared_mm2) k = 2;
  TrianglePart part{TrianglePart::edge, k};
  if (sides[k].fraction == 0.0) part = {TrianglePart::corner, k};
  if (sides[k].fraction == 1.0) {
    part = {TrianglePart::corner, static_cast<std::uint8_t>((k + 1) % 3)};
  }
  return {sides[k].closest, sides[k].squared_mm2, part};
}

// Segment s against the edge from a to b. Ericson 2005, sect. 5.1.9; parallel ones take s's begin.
SegmentApproach nearest_to_edge(const Segment& s, const Vector3d& a, const Vector3d& b) noexcept {
  const Vector3d e = b - a;
  const Vector3d r = s.begin - a;
  const double ee = e.squaredNorm();
  const double de = s.direction.dot(e);
  const double dr = s.direction.dot(r);
  const double er = e.dot(r);
  const double denominator = ee - de * de;  // direction is unit
  double at = 0.0;
  if (denominator > 1e-14 * ee) {
    at = std::clamp((de * er - dr * ee) / denominator, 0.0, s.length_mm);
  }
  double fraction = ee > 0.0 ? std::clamp((at * de + er) / ee, 0.0, 1.0) : 0.0;
  at = std::clamp(fraction * de - dr, 0.0, s.length_mm);
  fraction = ee > 0.0 ? std::clamp((at * de + er) / ee, 0.0, 1.0) : 0.0;
  return {(r + at * s.direction - fraction * e).squaredNorm(), at};
}

bool crosses(const Segment& s, const Vector3d& a, const Vector3d& b, const Vector3d& c,
             double& at) noexcept {
  const Vector3d n = (b - a).cross(c - a);
  const double slope = n.dot(s.direction);
  if (slope == 0.0) return false;
  at = n.dot(a - s.begin) / slope;
  if (!(at >= 0.0 && at <= s.length_mm)) return false;
  const Vector3d x = s.at(at);
  return (b - a).cross(x - a).dot(n) >= 0.0 && (c - b).cross(x - b).dot(n) >= 0.0 &&
         (a - c).cross(x - c).dot(n) >= 0.0;
}

// Three times as slow, and right whatever the shape. The normal of a sliver is rounding noise: its
// outline may well be nearer than the foot of p on it.
TrianglePoint nearest_on_sliver(const Vector3d& p, const Vector3d& a, const Vector3d& b,
                                const Vector3d& c) noexcept {
  TrianglePoint outline = nearest_on_outline(p, a, b, c);
  const Vector3d ab = b - a;
  const Vector3d ac = c - a;
  const Vector3d ap = p - a;
  const Vector3d n = ab.cross(ac);
  // Barycentric coordinates times |n|^2; all positive: the foot of p lies within the triangle.
  const double area = n.squaredNorm();
  const double v = ap.cross(ac).dot(n);
  const double w = ab.cross(ap).dot(n);
  const double u = area - v - w;
  if (!(area > 0.0 && u > 0.0 && v > 0.0 && w > 0.0)) return outline;
  const Vector3d foot = a + (v / area) * ab + (w / area) * ac;
  const double squared = (p - foot).squaredNorm();
  if (outline.squared_mm2 <= squared) return outline;
  return {foot, squared, {TrianglePart::face, 0}};
}

TrianglePoint at_corner(const Vector3d& p, const Vector3d& corner, std::uint8_t index) noexcept {
  return {corner, (p - corner).squaredNorm(), {TrianglePart::corner, index}};
}

TrianglePoint on_edge(const Vector3d& p, const Vector3d& closest, std::uint8_t index) noexcept {
  return {closest, (p - closest).squaredNorm(), {TrianglePart::edge, index}};
}

}  // namespace

TrianglePoint nearest_on_triangle(const Vector3d& p, const Vector3d& a, const Vector3d& b,
                                  const Vector3d& c) noexcept {
  const Vector3d ab = b - a;
  const Vector3d ac = c - a;
  const double bb = ab.squaredNorm();
  const double cc = ac.squaredNorm();
  const double bc = ab.dot(ac);
  if (!(bb * cc - bc * bc > sliver * bb * cc)) return nearest_on_sliver(p, a, b, c);
  // p from each corner, along ab and along ac.
  const Vector3d ap = p - a;
  const double ab_a = ab.dot(ap);
  const double ac_a = ac.dot(ap);
  if (ab_a <= 0.0 && ac_a <= 0.0) return at_corner(p, a, 0);
  const double ab_b = ab_a - bb;
  const double ac_b = ac_a - bc;
  if (ab_b >= 0.0 && ac_b <= ab_b) return at_corner(p, b, 1);
  const double ab_c = ab_a - bc;
  const double ac_c = ac_a - cc;
  if (ac_c >= 0.0 && ab_c <= ac_c) return at_corner(p, c, 2);
  // Areas opposite to c, b and a: barycentric coordinates but for their sum.
  const double of_c = ab_a * ac_b - ab_b * ac_a;
  if (of_c <= 0.0 && ab_a >= 0.0 && ab_b <= 0.0) return on_edge(p, a + (ab_a / bb) * ab, 0);
  const double of_b = ab_c * ac_a - ab_a * ac_c;
  if (of_b <= 0.0 && ac_a >= 0.0 && ac_c <= 0.0) return on_edge(p, a + (ac_a / cc) * ac, 2);
  const double of_a = ab_b * ac_c - ab_c * ac_b;
  const double past_b = ac_b - ab_b;
  const double before_c = ab_c - ac_c;
  if (of_a <= 0.0 && past_b >= 0.0 && before_c >= 0.0) {
    return on_edge(p, b + past_b / (past_b + before_c) * (c - b), 1);
  }
  const double sum = of_a + of_b + of_c;
  const Vector3d foot = a + (of_b / sum) * ab + (of_c / sum) * ac;
  return {foot, (p - foot).squaredNorm(), {TrianglePart::face, 0}};
}

SegmentApproach nearest_approach(const Segment& s, const Vector3d& a, const Vector3d& b,
                                 const Vector3d& c) noexcept {
  // The squared distance is convex along the segment: where it does not fall away from an end, that
  // end is nearest.
  const TrianglePoint first = nearest_on_triangle(s.begin, a, b, c);
  SegmentApproach best{first.squared_mm2, 0.0};
  if (s.length_mm == 0.0 || (s.begin - first.closest).dot(s.direction) >= 0.0) return best;
  const Vector3d end = s.at(s.length_mm);
  const TrianglePoint last = nearest_on_triangle(end, a, b, c);
  if ((end - last.closest).dot(s.direction) <= 0.0) return {last.squared_mm2, s.length_mm};
  const auto take = [&best](const SegmentApproach& other) {
    if (other.squared_mm2 < best.squared_mm2) best = other;
  };
  take({last.squared_mm2, s.length_mm});
  take(nearest_to_edge(s, a, b));
  take(nearest_to_edge(s, b, c));
  take(nearest_to_edge(s, c, a));
  double at = 0.0;
  if (crosses(s, a, b, c, at)) take({0.0, at});
  return best;
}

}  // namespace trocar::surface
