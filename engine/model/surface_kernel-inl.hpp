// Boxes and triangles against a point or a segment, eight at a time. Included once per instruction
// set by surface_kernel.cpp, so it has no include guard of the usual kind.
#if defined(TROCAR_SURFACE_KERNEL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TROCAR_SURFACE_KERNEL_INL
#undef TROCAR_SURFACE_KERNEL_INL
#else
#define TROCAR_SURFACE_KERNEL_INL
#endif

#include <hwy/highway.h>

#include "engine/model/surface_tree.hpp"

HWY_BEFORE_NAMESPACE();
namespace trocar::surface::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Lane = hn::CappedTag<float, width>;
using V = hn::Vec<Lane>;
using M = hn::Mask<Lane>;

struct V3 {
  V x, y, z;
};

HWY_INLINE V3 sub(const V3& a, const V3& b) {
  return {hn::Sub(a.x, b.x), hn::Sub(a.y, b.y), hn::Sub(a.z, b.z)};
}
HWY_INLINE V dot(const V3& a, const V3& b) {
  return hn::MulAdd(a.x, b.x, hn::MulAdd(a.y, b.y, hn::Mul(a.z, b.z)));
}
HWY_INLINE V3 cross(const V3& a, const V3& b) {
  return {hn::NegMulAdd(a.z, b.y, hn::Mul(a.y, b.z)), hn::NegMulAdd(a.x, b.z, hn::Mul(a.z, b.x)),
          hn::NegMulAdd(a.y, b.x, hn::Mul(a.x, b.y))};
}
HWY_INLINE V3 add_scaled(const V3& a, V s, const V3& b) {  // a + s b
  return {hn::MulAdd(s, b.x, a.x), hn::MulAdd(s, b.y, a.y), hn::MulAdd(s, b.z, a.z)};
}
template <std::size_t Rows>
HWY_INLINE V3 load3(Lane d, const std::array<std::array<float, width>, Rows>& rows, std::size_t row,
                    std::size_t lane) {
  return {hn::Load(d, rows[row].data() + lane), hn::Load(d, rows[row + 1].data() + lane),
          hn::Load(d, rows[row + 2].data() + lane)};
}
HWY_INLINE V3 broadcast(Lane d, const std::array<float, 3>& v) {
  return {hn::Set(d, v[0]), hn::Set(d, v[1]), hn::Set(d, v[2])};
}

// A lower bound that failed to be a number (overflow far away) must not reject: the test is "not
// greater", and a bit is set for every lane that stays.
HWY_INLINE std::uint32_t not_above(Lane d, V value, float limit, std::size_t lane) {
  std::uint8_t bits[8] = {};
  const M above = hn::Gt(value, hn::Set(d, limit));
  hn::StoreMaskBits(d, hn::Not(above), bits);
  return static_cast<std::uint32_t>(bits[0]) << lane;
}

// --- a point ---

HWY_INLINE V beyond(Lane d, V along, V half) {
  return hn::Max(hn::Sub(hn::Abs(along), half), hn::Zero(d));
}

// Squared distances of a point to the boxes [lane, lane + Lanes) of a node.
HWY_INLINE V box_squared(Lane d, const Node& n, const V3& p, std::size_t lane) {
  const V3 rel = sub(p, load3(d, n.center, 0, lane));
  const V3 half = load3(d, n.half, 0, lane);
  const V ex = beyond(d, dot(rel, load3(d, n.axis, 0, lane)), half.x);
  const V ey = beyond(d, dot(rel, load3(d, n.axis, 3, lane)), half.y);
  const V ez = beyond(d, dot(rel, load3(d, n.axis, 6, lane)), half.z);
  return hn::MulAdd(ex, ex, hn::MulAdd(ey, ey, hn::Mul(ez, ez)));
}

// An edge of eight triangles, and what does not change with the point.
struct Edges {
  V3 from, along;
  V inverse_squared;  // 1 / |along|^2, 0 for an edge without length
};
HWY_INLINE Edges make_edges(Lane d, const V3& from, const V3& to) {
  const V3 along = sub(to, from);
  const V squared = dot(along, along);
  const V smallest = hn::Set(d, 1e-30F);
  const V inverse = hn::Div(hn::Set(d, 1.0F), hn::Max(squared, smallest));
  return {from, along, hn::IfThenElseZero(hn::Gt(squared, smallest), inverse)};
}

struct Triangles {
  Edges ab, bc, ca;
  V3 normal;  // not unit
  V inverse_normal_squared;
};
HWY_INLINE Triangles load_triangles(Lane d, const Leaf& leaf, std::size_t lane) {
  const V3 a = load3(d, leaf.corner, 0, lane);
  const V3 b = load3(d, leaf.corner, 3, lane);
  const V3 c = load3(d, leaf.corner, 6, lane);
  Triangles t{make_edges(d, a, b), make_edges(d, b, c), make_edges(d, c, a), {}, hn::Zero(d)};
  t.normal = cross(t.ab.along, t.bc.along);
  const V squared = dot(t.normal, t.normal);
  t.inverse_normal_squared = hn::Div(hn::Set(d, 1.0F), hn::Max(squared, hn::Set(d, 1e-37F)));
  return t;
}

// Squared distance, the offset from the nearest point of each triangle to p, and how much of a
// move of p along a direction changes that offset's length: half the second derivative of the
// squared distance. Nothing of it is computed where nobody reads it.
struct Approach {
  V squared;
  V3 offset;
  V curvature;
};
HWY_INLINE Approach choose(M first, const Approach& a, const Approach& b) {
  return {
      hn::IfThenElse(first, a.squared, b.squared),
      {hn::IfThenElse(first, a.offset.x, b.offset.x), hn::IfThenElse(first, a.offset.y, b.offset.y),
       hn::IfThenElse(first, a.offset.z, b.offset.z)},
      hn::IfThenElse(first, a.curvature, b.curvature)};
}
HWY_INLINE Approach nearer(const Approach& a, const Approach& b) {
  return choose(hn::Lt(b.squared, a.squared), b, a);
}
// `along` = cos^2 of the angle of the direction to the edge; no change near the edge's middle, all
// of it at its ends.
HWY_INLINE Approach from_edge(Lane d, const Edges& e, const V3& to_p, V along) {
  const V one = hn::Set(d, 1.0F);
  const V t = hn::Mul(dot(to_p, e.along), e.inverse_squared);
  const V clamped = hn::Min(hn::Max(t, hn::Zero(d)), one);
  const V3 offset = add_scaled(to_p, hn::Neg(clamped), e.along);
  const V curvature = hn::IfThenElse(hn::Eq(t, clamped), hn::Sub(one, along), one);
  return {dot(offset, offset), offset, curvature};
}

// cos^2 of the angles of a direction to the edges and to the normal.
struct Cosines {
  V ab, bc, ca, normal;
};
HWY_INLINE V cosine_squared(const V3& direction, const V3& v, V inverse_squared) {
  const V c = dot(direction, v);
  return hn::Mul(hn::Mul(c, c), inverse_squared);
}
HWY_INLINE Cosines cosines(const Triangles& t, const V3& direction) {
  return {cosine_squared(direction, t.ab.along, t.ab.inverse_squared),
          cosine_squared(direction, t.bc.along, t.bc.inverse_squared),
          cosine_squared(direction, t.ca.along, t.ca.inverse_squared),
          cosine_squared(direction, t.normal, t.inverse_normal_squared)};
}

HWY_INLINE Approach approach(Lane d, const Triangles& t, const V3& p, const Cosines& cos2) {
  const V3 pa = sub(p, t.ab.from);
  const V3 pb = sub(p, t.bc.from);
  const V3 pc = sub(p, t.ca.from);
  const V zero = hn::Zero(d);
  const M in_ab = hn::Gt(dot(cross(t.ab.along, pa), t.normal), zero);
  const M in_bc = hn::Gt(dot(cross(t.bc.along, pb), t.normal), zero);
  const M in_ca = hn::Gt(dot(cross(t.ca.along, pc), t.normal), zero);
  const M within = hn::And(in_ab, hn::And(in_bc, in_ca));

  const Approach outline =
      nearer(nearer(from_edge(d, t.ab, pa, cos2.ab), from_edge(d, t.bc, pb, cos2.bc)),
             from_edge(d, t.ca, pc, cos2.ca));
  const V height = hn::Mul(dot(pa, t.normal), t.inverse_normal_squared);  // in lengths of normal
  const V3 upright{hn::Mul(height, t.normal.x), hn::Mul(height, t.normal.y),
                   hn::Mul(height, t.normal.z)};
  return choose(within, {dot(upright, upright), upright, cos2.normal}, outline);
}

// --- a segment ---

struct Line {
  V3 begin, direction;
  V length;
};

// The squared distance of a place on the segment to a convex body is a convex function F of the
// place s. Each evaluation narrows the stretch in which its minimum lies, and its tangent there
// bounds that minimum from below: safe after any number of steps.
struct Descent {
  V low, high, s;
  V bound;  // below the minimum of F
};
HWY_INLINE Descent begin_descent(Lane d, const Line& line, V s) {
  const V zero = hn::Zero(d);
  return {zero, line.length, hn::Min(hn::Max(s, zero), line.length), zero};
}
HWY_INLINE void step(Lane d, Descent& at, V f, V slope, V curvature) {
  const M rising = hn::Gt(slope, hn::Zero(d));
  at.high = hn::IfThenElse(rising, at.s, at.high);
  at.low = hn::IfThenElse(rising, at.low, at.s);
  const V end = hn::IfThenElse(rising, at.low, at.high);
  at.bound = hn::Max(at.bound, hn::MulAdd(slope, hn::Sub(end, at.s), f));
  const V newton = hn::Sub(at.s, hn::Div(slope, hn::Max(curvature, hn::Set(d, 1e-20F))));
  at.s = hn::Min(hn::Max(newton, at.low), at.high);
}

HWY_INLINE void add_axis(Lane d, V along, V direction, V half, V& f, V& slope, V& curvature) {
  const V e = beyond(d, along, half);
  const M outside = hn::Gt(e, hn::Zero(d));
  f = hn::MulAdd(e, e, f);
  slope = hn::MulAdd(hn::Mul(hn::CopySign(e, along), direction), hn::Set(d, 2.0F), slope);
  const V active = hn::IfThenElseZero(outside, direction);
  curvature = hn::MulAdd(hn::Mul(active, active), hn::Set(d, 2.0F), curvature);
}

// Lower bounds of the squared distances of a segment to the boxes of a node; stops when each is
// above `reject` or close to the distance itself.
HWY_INLINE V box_bound(Lane d, const Node& n, const Line& line, std::size_t lane, float reject) {
  const V3 rel = sub(line.begin, load3(d, n.center, 0, lane));
  const V3 half = load3(d, n.half, 0, lane);
  const V3 u = load3(d, n.axis, 0, lane);
  const V3 v = load3(d, n.axis, 3, lane);
  const V3 w = load3(d, n.axis, 6, lane);
  const V3 x{dot(rel, u), dot(rel, v), dot(rel, w)};
  const V3 dir{dot(line.direction, u), dot(line.direction, v), dot(line.direction, w)};
  Descent at = begin_descent(d, line, hn::Neg(dot(rel, line.direction)));
  for (int k = 0; k < 3; ++k) {
    V f = hn::Zero(d);
    V slope = f;
    V curvature = f;
    add_axis(d, hn::MulAdd(at.s, dir.x, x.x), dir.x, half.x, f, slope, curvature);
    add_axis(d, hn::MulAdd(at.s, dir.y, x.y), dir.y, half.y, f, slope, curvature);
    add_axis(d, hn::MulAdd(at.s, dir.z, x.z), dir.z, half.z, f, slope, curvature);
    step(d, at, f, slope, curvature);
    const M tight = hn::Ge(at.bound, hn::Mul(f, hn::Set(d, 0.98F)));
    if (hn::AllTrue(d, hn::Or(tight, hn::Gt(at.bound, hn::Set(d, reject))))) break;
  }
  return at.bound;
}

// The same for triangles, to the last digit: a loose bound would have to be decided in double.
HWY_INLINE V triangle_bound(Lane d, const Triangles& t, const Line& line, float reject) {
  const V two = hn::Set(d, 2.0F);
  const Cosines cos2 = cosines(t, line.direction);
  Descent at = begin_descent(d, line, dot(sub(t.ab.from, line.begin), line.direction));
  for (int k = 0; k < 4; ++k) {
    const Approach a = approach(d, t, add_scaled(line.begin, at.s, line.direction), cos2);
    const V slope = hn::Mul(two, dot(a.offset, line.direction));
    step(d, at, a.squared, slope, hn::Mul(two, a.curvature));
    const M exact = hn::Ge(at.bound, hn::Mul(a.squared, hn::Set(d, 1.0F - 1e-6F)));
    if (hn::AllTrue(d, hn::Or(exact, hn::Gt(at.bound, hn::Set(d, reject))))) break;
  }
  return at.bound;
}

}  // namespace trocar::surface::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
