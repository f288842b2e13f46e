// Compiled once for each instruction set: the kernel at many places does CtSampler's operations in
// their order, so that the bits are the same on every machine.
#include "engine/registration/ct_sampler.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/registration/ct_sampler.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#ifndef TROCAR_CT_SAMPLE_PLAN
#define TROCAR_CT_SAMPLE_PLAN
namespace trocar {

// What the kernel needs of a grid: index = m * place, in voxels. Each size is at least 2 and the
// voxels are fewer than 2^30, so that byte offsets fit 32 bits.
struct SamplePlan {
  const std::int16_t* values = nullptr;
  std::array<float, 12> m{};
  std::array<float, 3> last{};
  std::int32_t row = 0, slice = 0;
  std::int32_t unseen = CtGrid::no_unseen;
};

}  // namespace trocar
#endif

HWY_BEFORE_NAMESPACE();
namespace trocar::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::RebindToSigned<Floats>;
using V = hn::Vec<Floats>;
using I = hn::Vec<Ints>;
using M = hn::Mask<Floats>;

struct Places {
  V x, y, z;
};

// One row of the affine map: as written, without fused multiplication.
HWY_INLINE V along(Floats d, const float* m, const Places& p) {
  const V xy = hn::Add(hn::Mul(hn::Set(d, m[0]), p.x), hn::Mul(hn::Set(d, m[1]), p.y));
  return hn::Add(hn::Add(xy, hn::Mul(hn::Set(d, m[2]), p.z)), hn::Set(d, m[3]));
}

HWY_INLINE M within(Floats d, V i, float last) {
  return hn::And(hn::Ge(i, hn::Zero(d)), hn::Lt(i, hn::Set(d, last)));
}

HWY_INLINE V mix(V a, V b, V t) { return hn::Add(a, hn::Mul(t, hn::Sub(b, a))); }

// Two voxels that lie side by side, read as one word: between them by `u`. `seen` loses the lanes
// in which one of them is unseen.
HWY_INLINE V pair_at(Floats d, const SamplePlan& plan, I offset, V u, M& seen) {
  const Ints di;
  const auto* base = reinterpret_cast<const std::int32_t*>(plan.values);  // NOLINT: see above
  const I both = hn::GatherOffset(di, base, offset);
  const I first = hn::ShiftRight<16>(hn::ShiftLeft<16>(both)), second = hn::ShiftRight<16>(both);
  const I unseen = hn::Set(di, plan.unseen);
  const auto bad = hn::Or(hn::Eq(first, unseen), hn::Eq(second, unseen));
  seen = hn::AndNot(hn::RebindMask(d, bad), seen);
  const I least = hn::Set(di, least_hounsfield), most = hn::Set(di, most_hounsfield);
  return mix(hn::ConvertTo(d, hn::Min(hn::Max(first, least), most)),
             hn::ConvertTo(d, hn::Min(hn::Max(second, least), most)), u);
}

// The values of a full vector of places; `seen`: the lanes that have one, the others are 0.
HWY_INLINE V values_at(Floats d, const SamplePlan& plan, const Places& p, M& seen) {
  const Ints di;
  const V i = along(d, plan.m.data(), p), j = along(d, plan.m.data() + 4, p),
          k = along(d, plan.m.data() + 8, p);
  seen = hn::And(within(d, i, plan.last[0]),
                 hn::And(within(d, j, plan.last[1]), within(d, k, plan.last[2])));
  const I a = hn::ConvertTo(di, hn::IfThenElseZero(seen, i)),
          b = hn::ConvertTo(di, hn::IfThenElseZero(seen, j)),
          c = hn::ConvertTo(di, hn::IfThenElseZero(seen, k));
  const I row = hn::Set(di, plan.row), slice = hn::Set(di, plan.slice);
  const I voxel = hn::Add(hn::Add(hn::Mul(c, slice), hn::Mul(b, row)), a);
  const I at = hn::ShiftLeft<1>(voxel);  // bytes
  const I up = hn::ShiftLeft<1>(row), next = hn::ShiftLeft<1>(slice);
  const V u = hn::Sub(i, hn::ConvertTo(d, a)), v = hn::Sub(j, hn::ConvertTo(d, b)),
          w = hn::Sub(k, hn::ConvertTo(d, c));
  const V low = mix(pair_at(d, plan, at, u, seen), pair_at(d, plan, hn::Add(at, up), u, seen), v);
  const I there = hn::Add(at, next);
  const V high =
      mix(pair_at(d, plan, there, u, seen), pair_at(d, plan, hn::Add(there, up), u, seen), v);
  return hn::IfThenElseZero(seen, mix(low, high, w));
}

std::size_t run_samples(const SamplePlan& plan, const CtPlaces& places, float* value,
                        float* shown) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t count = 0, at = 0;
  M seen;
  for (; at + lanes <= places.count; at += lanes) {
    const Places p{hn::LoadU(d, places.x + at), hn::LoadU(d, places.y + at),
                   hn::LoadU(d, places.z + at)};
    hn::StoreU(values_at(d, plan, p, seen), d, value + at);
    hn::StoreU(hn::IfThenElseZero(seen, hn::Set(d, 1.0F)), d, shown + at);
    count += hn::CountTrue(d, seen);
  }
  const std::size_t rest = places.count - at;
  if (rest == 0) return count;
  HWY_ALIGN std::array<float, HWY_MAX_BYTES / sizeof(float)> x{}, y{}, z{};
  for (std::size_t i = 0; i < lanes; ++i) {  // the last place once more in the lanes left over
    const std::size_t from = at + std::min(i, rest - 1);
    x[i] = places.x[from];
    y[i] = places.y[from];
    z[i] = places.z[from];
  }
  const Places p{hn::Load(d, x.data()), hn::Load(d, y.data()), hn::Load(d, z.data())};
  hn::Store(values_at(d, plan, p, seen), d, x.data());
  hn::Store(hn::IfThenElseZero(seen, hn::Set(d, 1.0F)), d, y.data());
  for (std::size_t i = 0; i < rest; ++i) {
    value[at + i] = x[i];
    shown[at + i] = y[i];
    count += y[i] > 0 ? 1 : 0;
  }
  return count;
}

}  // namespace trocar::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace trocar {
HWY_EXPORT(run_samples);

namespace {

// index = m * place, row by row.
std::array<float, 12> rows_of(const Eigen::Affine3d& index_from_place) {
  std::array<float, 12> m{};
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) {
      m[4 * static_cast<std::size_t>(r) + static_cast<std::size_t>(c)] =
          static_cast<float>(index_from_place(r, c));
    }
  }
  return m;
}

std::array<float, 3> last_of(const std::array<int, 3>& size) {
  return {static_cast<float>(size[0] - 1), static_cast<float>(size[1] - 1),
          static_cast<float>(size[2] - 1)};
}

}  // namespace

std::size_t sample_places(const CtGrid& grid, const Eigen::Isometry3d& grid_mm_from_place,
                          const CtPlaces& places, float* value, float* shown) {
  constexpr std::size_t most_voxels = std::size_t{1} << 30U;
  const bool thin = *std::min_element(grid.size.begin(), grid.size.end()) < 2;
  if (!thin && grid.values->size() < most_voxels) {
    return HWY_DYNAMIC_DISPATCH(run_samples)(
        {grid.values->data(), rows_of(grid.index_from_mm * grid_mm_from_place), last_of(grid.size),
         grid.size[0], grid.size[0] * grid.size[1], grid.unseen},
        places, value, shown);
  }
  const CtSampler one(grid, grid_mm_from_place);
  std::size_t count = 0;
  for (std::size_t i = 0; i < places.count; ++i) {
    value[i] = 0;
    const bool seen = one(places.x[i], places.y[i], places.z[i], value[i]);
    shown[i] = seen ? 1.0F : 0.0F;
    count += seen ? 1 : 0;
  }
  return count;
}

CtSampler::CtSampler(const CtGrid& grid, const Eigen::Isometry3d& grid_mm_from_place)
    : values_(grid.values->data()),
      m_(rows_of(grid.index_from_mm * grid_mm_from_place)),
      last_(last_of(grid.size)),
      row_(grid.size[0]),
      slice_(static_cast<std::ptrdiff_t>(grid.size[0]) * grid.size[1]),
      unseen_(grid.unseen) {}

}  // namespace trocar
#endif
