#include "engine/model/surface_search.hpp"

#include <hwy/cache_control.h>

#include <bit>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/model/surface_kernel.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/model/surface_kernel-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace trocar::surface::HWY_NAMESPACE {

// Nodes and leaves still to visit, the nearest of the newest eight on top. A tree of 2^32
// triangles is 11 deep and leaves at most seven behind at each level.
struct Waiting {
  struct Item {
    float squared;
    std::uint32_t child;
  };
  std::array<Item, 128> items;
  std::size_t size = 0;

  // Keeps items from `base` on sorted, the nearest last.
  HWY_INLINE void insert(std::size_t base, Item item) {
    std::size_t at = size++;
    for (; at > base && items[at - 1].squared < item.squared; --at) items[at] = items[at - 1];
    items[at] = item;
  }
};

// The next visit should not wait for memory: everything that will be read is asked for now.
HWY_INLINE void prefetch(const void* begin, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += 64) {
    hwy::Prefetch(static_cast<const std::uint8_t*>(begin) + at);
  }
}

HWY_INLINE void push(const SurfaceTree& tree, std::uint32_t kept, const Node& node,
                     const float* squared, Waiting& waiting) {
  const std::size_t base = waiting.size;
  for (; kept != 0; kept &= kept - 1) {
    const auto lane = static_cast<std::size_t>(std::countr_zero(kept));
    const std::uint32_t child = node.child[lane];
    if (child == no_child) continue;
    if ((child & leaf_bit) != 0) {
      prefetch(&tree.leaves[child & ~leaf_bit], sizeof(Leaf));
    } else {
      prefetch(&tree.nodes[child], sizeof(Node));
    }
    waiting.insert(base, {squared[lane], child});
  }
}

// Finishes the triangles of a leaf that are not rejected, the nearest first.
template <class Search>
HWY_INLINE void finish_leaf(Search& search, std::uint32_t leaf, std::uint32_t kept,
                            const float* squared) {
  while (kept != 0) {
    std::size_t next = static_cast<std::size_t>(std::countr_zero(kept));
    for (std::uint32_t rest = kept & (kept - 1); rest != 0; rest &= rest - 1) {
      const auto lane = static_cast<std::size_t>(std::countr_zero(rest));
      if (squared[lane] < squared[next]) next = lane;
    }
    kept &= ~(1U << next);
    const auto slot = static_cast<std::uint32_t>(leaf * width + next);
    const bool always = (search.tree.leaves[leaf].always >> next & 1U) != 0;
    if (slot != search.slot && (always || !(squared[next] > search.reject))) search.finish(slot);
  }
}

struct PointBody {
  Lane d;
  V3 p;
  explicit HWY_INLINE PointBody(const PointSearch& s) : p(broadcast(d, s.p)) {}
  HWY_INLINE V bound(const Node& node, std::size_t lane, float /*reject*/) const {
    return box_squared(d, node, p, lane);
  }
  HWY_INLINE V bound(const Leaf& leaf, std::size_t lane, float /*reject*/) const {
    const V unused = hn::Zero(d);
    return approach(d, load_triangles(d, leaf, lane), p, {unused, unused, unused, unused}).squared;
  }
};

struct SegmentBody {
  Lane d;
  Line line;
  explicit HWY_INLINE SegmentBody(const SegmentSearch& s)
      : line{broadcast(d, s.begin), broadcast(d, s.direction), hn::Set(d, s.length)} {}
  HWY_INLINE V bound(const Node& node, std::size_t lane, float reject) const {
    return box_bound(d, node, line, lane, reject);
  }
  HWY_INLINE V bound(const Leaf& leaf, std::size_t lane, float reject) const {
    return triangle_bound(d, load_triangles(d, leaf, lane), line, reject);
  }
};

template <class Body, class Search>
HWY_INLINE void search_tree(Search& search) {
  const Body body(search);
  const SurfaceTree& tree = search.tree;
  HWY_ALIGN float squared[width];
  Waiting waiting;
  waiting.insert(0, {0.0F, tree.root});
  while (waiting.size != 0) {
    const Waiting::Item item = waiting.items[--waiting.size];
    if (item.squared > search.reject) continue;
    std::uint32_t kept = 0;
    if ((item.child & leaf_bit) != 0) {
      const std::uint32_t leaf = item.child & ~leaf_bit;
      for (std::size_t lane = 0; lane < width; lane += hn::Lanes(body.d)) {
        const V value = body.bound(tree.leaves[leaf], lane, search.reject);
        hn::Store(value, body.d, squared + lane);
        kept |= not_above(body.d, value, search.reject, lane);
      }
      finish_leaf(search, leaf, kept | tree.leaves[leaf].always, squared);
      continue;
    }
    const Node& node = tree.nodes[item.child];
    for (std::size_t lane = 0; lane < width; lane += hn::Lanes(body.d)) {
      const V value = body.bound(node, lane, search.reject);
      hn::Store(value, body.d, squared + lane);
      kept |= not_above(body.d, value, search.reject, lane);
    }
    push(tree, kept, node, squared, waiting);
  }
}

void run_point(PointSearch& search) { search_tree<PointBody>(search); }
void run_segment(SegmentSearch& search) { search_tree<SegmentBody>(search); }

}  // namespace trocar::surface::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trocar::surface {
HWY_EXPORT(run_point);
HWY_EXPORT(run_segment);

void run(PointSearch& search) noexcept { HWY_DYNAMIC_DISPATCH(run_point)(search); }
void run(SegmentSearch& search) noexcept { HWY_DYNAMIC_DISPATCH(run_segment)(search); }
}  // namespace trocar::surface
#endif
