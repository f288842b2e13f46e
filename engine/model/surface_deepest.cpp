#include <algorithm>
#include <array>
#include <cmath>

#include "engine/model/surface_query.hpp"
#include "engine/model/surface_search.hpp"

namespace trocar::surface {
namespace {

using Eigen::Vector3d;

constexpr double tolerance_mm = 5e-7;

// What one query at a place of the axis says about the depth of all others. Inside: the depth at s
// is at most the distance to the nearest point found. Outside: the surface is not met before the
// distance found, so it is as if a point of the surface lay that far along the axis. Either way a
// cone: depth(s) <= sqrt((s - foot)^2 + off^2).
struct Cone {
  double foot_mm;
  double off_squared;
  [[nodiscard]] double squared(double s) const {
    return (s - foot_mm) * (s - foot_mm) + off_squared;
  }
};

struct Sample {
  double at_mm;
  double signed_mm;
  Cone inside;  // of the nearest point; only when signed_mm < 0
  std::uint32_t slot;

  [[nodiscard]] Cone forward() const {
    return signed_mm < 0.0 ? inside : Cone{at_mm + signed_mm, 0.0};
  }
  [[nodiscard]] Cone backward() const {
    return signed_mm < 0.0 ? inside : Cone{at_mm - signed_mm, 0.0};
  }
};

// A stretch of the axis between two samples, and the most the depth in it can be, and where.
struct Stretch {
  Sample left, right;
  double bound_mm;
  double at_mm;
  bool by_triangles;  // the bound is already the finer one
};
bool less_deep(const Stretch& a, const Stretch& b) { return a.bound_mm < b.bound_mm; }

class DeepestSearch {
 public:
  // Not filled: 60 kB per query. NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  DeepestSearch(const SurfaceTree& tree, const Segment& segment, const PlaceOnSegment& known)
      : tree_(tree), segment_(segment), best_(known) {}

  PlaceOnSegment run() noexcept {
    const Sample first = take(0.0, best_.nearest.slot);
    const Sample middle = sample_of(best_);
    const Sample last = take(segment_.length_mm, best_.nearest.slot);
    push(first, middle);
    push(middle, last);
    while (size_ != 0) {
      Stretch top = pop();
      if (!promising(top.bound_mm)) break;
      if (!top.by_triangles && top.right.at_mm - top.left.at_mm < fine_mm) {
        refine(top);
        continue;
      }
      if (stays_outside(top)) continue;
      if (size_ + 2 > stretches_.size() || ++queries_ > most_queries) {
        best_.nearest.signed_mm = -top.bound_mm;  // the safe side of what is left open
        break;
      }
      const bool near_left = top.at_mm - top.left.at_mm < top.right.at_mm - top.at_mm;
      const Sample between = take(top.at_mm, near_left ? top.left.slot : top.right.slot);
      push(top.left, between);
      push(between, top.right);
    }
    return best_;
  }

 private:
  static constexpr double fine_mm = 4.0;
  static constexpr int most_queries = 2000;

  [[nodiscard]] bool promising(double bound_mm) const {
    return bound_mm > std::max(0.0, -best_.nearest.signed_mm) + tolerance_mm;
  }

  [[nodiscard]] Sample sample_of(const PlaceOnSegment& place) const {
    const Vector3d rel = place.nearest.closest - segment_.begin;
    const double foot = rel.dot(segment_.direction);
    const Cone cone{foot, (rel - foot * segment_.direction).squaredNorm()};
    return {place.at_mm, place.nearest.signed_mm, cone, place.nearest.slot};
  }

  Sample take(double at_mm, std::uint32_t slot) noexcept {
    const PlaceOnSegment place{nearest_point(tree_, segment_.at(at_mm), slot), at_mm};
    if (place.nearest.signed_mm < best_.nearest.signed_mm) best_ = place;
    return sample_of(place);
  }

  // Between the samples the depth is at most the lower of two cones. Their squares differ by a
  // linear function, so they cross once, and there is the most.
  void push(const Sample& left, const Sample& right) noexcept {
    Stretch s{left, right, 0.0, 0.0, false};
    const Cone a = s.left.forward();
    const Cone b = s.right.backward();
    if (b.foot_mm - a.foot_mm <= 1e-9) return;  // one cone: its most is at an end, already taken
    const double crossing = (b.squared(0.0) - a.squared(0.0)) / (2.0 * (b.foot_mm - a.foot_mm));
    s.at_mm = std::clamp(crossing, s.left.at_mm, s.right.at_mm);
    s.bound_mm = std::sqrt(std::min(a.squared(s.at_mm), b.squared(s.at_mm)));
    insert(s);
  }

  // Between two places outside, the axis may run closely along the surface, where cones say little:
  // one search tells whether it is met at all. Next to the places the cones are enough.
  bool stays_outside(Stretch& s) noexcept {
    if (s.left.signed_mm < 0.0 || s.right.signed_mm < 0.0) return false;
    const double from = s.left.at_mm + s.left.signed_mm + tolerance_mm;
    const double to = s.right.at_mm - s.right.signed_mm - tolerance_mm;
    if (from >= to) return true;
    SegmentSearch search(tree_, {segment_.at(from), segment_.direction, to - from});
    search.finish(s.left.slot);
    surface::run(search);
    const double met = from + search.best.at_mm;
    if (search.best.squared_mm2 > touching_mm * touching_mm) {
      if (take(met, search.slot).signed_mm >= 0.0) return true;
      s.at_mm = met;  // entered and left just at the two places: all between is inside
      return false;
    }
    const double clear_of_ends = 0.01 * (to - from);
    if (met > from + clear_of_ends && met < to - clear_of_ends) s.at_mm = met;
    return false;
  }

  // Distance to a whole triangle is convex along the axis and says more than one of its points:
  // where the axis runs along a flat piece of surface, cones alone would need a thousand queries.
  [[nodiscard]] double bound_of(const Sample& sample, const Cone& cone, double s) const noexcept {
    if (sample.signed_mm > tolerance_mm) return std::sqrt(cone.squared(s));
    const Record& r = tree_.records[sample.slot];
    return std::sqrt(
        nearest_on_triangle(segment_.at(s), r.corner_mm[0], r.corner_mm[1], r.corner_mm[2])
            .squared_mm2);
  }

  void refine(Stretch s) noexcept {
    const Cone ca = s.left.forward();
    const Cone cb = s.right.backward();
    double low = s.left.at_mm;
    double high = s.right.at_mm;
    // left bound <= right bound at low, the other way round at high
    for (int k = 0; k < 24 && high - low > 1e-7; ++k) {
      const double middle = 0.5 * (low + high);
      (bound_of(s.left, ca, middle) <= bound_of(s.right, cb, middle) ? low : high) = middle;
    }
    // Left of low the left bound holds, right of high the right one: convex, so most at an end.
    const double left = bound_of(s.left, ca, low);
    const double right = bound_of(s.right, cb, high);
    s.bound_mm = std::min(s.bound_mm, std::max(left, right) + (high - low));
    s.at_mm = 0.5 * (low + high);
    s.by_triangles = true;
    insert(s);
  }

  void insert(const Stretch& s) noexcept {
    if (!promising(s.bound_mm)) return;
    stretches_[size_++] = s;
    std::push_heap(stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(size_),
                   less_deep);
  }

  Stretch pop() noexcept {
    std::pop_heap(stretches_.begin(), stretches_.begin() + static_cast<std::ptrdiff_t>(size_),
                  less_deep);
    return stretches_[--size_];
  }

  const SurfaceTree& tree_;
  const Segment& segment_;
  PlaceOnSegment best_;
  std::array<Stretch, 512> stretches_;  // only the first size_ are ever written or read
  std::size_t size_ = 0;
  int queries_ = 0;
};

}  // namespace

PlaceOnSegment deepest_place(const SurfaceTree& tree, const Segment& segment,
                             const PlaceOnSegment& known) noexcept {
  return DeepestSearch(tree, segment, known).run();
}

}  // namespace trocar::surface
