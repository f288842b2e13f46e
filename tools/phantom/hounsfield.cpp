#include "tools/phantom/hounsfield.hpp"

#include "tools/phantom/parallel.hpp"
#include "tools/phantom/random.hpp"
#include "tools/phantom/tissue.hpp"

namespace trocar::phantom {
namespace {

constexpr double noise_hu = 13.0;  // standard deviation in soft tissue

// Noise of one slice before mixing with its neighbours, blurred in the plane as a smooth
// reconstruction kernel does.
std::vector<float> noise_slice(const Grid& g, std::uint64_t seed, std::size_t z) {
  const std::size_t w = g.size[0], h = g.size[1];
  std::vector<float> white(w * h), rows(w * h), out(w * h);
  for (std::size_t i = 0; i < w * h; ++i)
    white[i] = static_cast<float>(
        lattice_normal(seed, static_cast<std::int64_t>(i), 0, static_cast<std::int64_t>(z)));
  const auto mixed = [](const std::vector<float>& v, std::size_t before, std::size_t i,
                        std::size_t after) { return 0.5F * v[before] + v[i] + 0.5F * v[after]; };
  for (std::size_t y = 0; y < h; ++y)
    for (std::size_t x = 0; x < w; ++x) {
      const std::size_t i = y * w + x;
      rows[i] = mixed(white, x == 0 ? i : i - 1, i, x + 1 == w ? i : i + 1);
    }
  for (std::size_t i = 0; i < w * h; ++i)
    out[i] = mixed(rows, i < w ? i : i - w, i, i + w >= w * h ? i : i + w);
  return out;
}

// Makes the blurred and mixed noise unit: 1.5 = variance of the kernel (0.5, 1, 0.5) per axis; the
// neighbours in z enter with 0.35.
const double unit_noise = 1.0 / (1.5 * std::sqrt(1.0 + 2.0 * 0.35 * 0.35));

std::uint8_t label_at(const Patient& patient, const Vec& p) {
  const Spine& spine = patient.spine();
  for (const Bead& m : patient.markers())
    if (sphere(p, m.center_mm, m.radius_mm) < 0) return marker;
  if (patient.lesion(p) < 0) return lesion;
  const Spine::Nearest bone = spine.nearest_bone(p);
  if (bone.distance_mm < 0) return static_cast<std::uint8_t>(spine.vertebra(bone.level).size.label);
  if (spine.ilium(p) < 0)
    return p.x() > spine.vertebra(s1_level).center_mm.x() ? hip_left : hip_right;
  if (spine.ribs(p) < 0) return rib;
  if (patient.thecal_sac(p) < 0) return thecal_sac;
  for (std::size_t level = 0; level < s1_level; ++level) {
    if (patient.root(level, 1, p) < 0) return static_cast<std::uint8_t>(first_root_left + level);
    if (patient.root(level, -1, p) < 0) return static_cast<std::uint8_t>(first_root_right + level);
    if (spine.disc(level, p) < 0) return static_cast<std::uint8_t>(first_disc + level);
  }
  if (patient.aorta(p) < 0) return aorta;
  return patient.vena_cava(p) < 0 ? vena_cava : background;
}

template <class Work>
void each_slice(const Grid& grid, const Work& work) {
  in_parallel(grid.size[2], [&](std::size_t first, std::size_t last) {
    for (std::size_t z = first; z < last; ++z) work(z);
  });
}

}  // namespace

Grid scan_grid(const Patient& patient, double in_plane_mm, double slice_mm) {
  return grid_of(patient.scanned(), in_plane_mm, slice_mm);
}

Grid grid_of(const Eigen::AlignedBox3d& box, double in_plane_mm, double slice_mm) {
  Grid g;
  g.spacing_mm = {in_plane_mm, in_plane_mm, slice_mm};
  g.origin_mm = box.min();
  for (std::size_t i = 0; i < 3; ++i) {
    const auto axis = static_cast<Eigen::Index>(i);
    g.size[i] = static_cast<std::size_t>(box.sizes()[axis] / g.spacing_mm[axis]) + 1;
  }
  return g;
}

double scan_blur_mm(const Grid& grid) {
  return std::max(0.9, 0.5 * (grid.spacing_mm.x() + grid.spacing_mm.z()));
}

Volume<std::int16_t> scan(const Patient& patient, const Grid& grid) {
  const Tissue tissue(patient, scan_blur_mm(grid));
  return scan_field(grid, mix(patient.spine().anatomy().seed, 99),
                    [&](const Vec& p) { return tissue.hounsfield(p); });
}

Volume<std::int16_t> scan_field(const Grid& grid, std::uint64_t seed,
                                const std::function<double(const Vec&)>& hounsfield) {
  Volume<std::int16_t> ct{grid, std::vector<std::int16_t>(grid.count())};
  in_parallel(grid.size[2], [&](std::size_t first, std::size_t last) {
    auto before = noise_slice(grid, seed, first), here = noise_slice(grid, seed, first + 1);
    for (std::size_t z = first; z < last; ++z) {
      auto after = noise_slice(grid, seed, z + 2);
      for (std::size_t y = 0; y < grid.size[1]; ++y)
        for (std::size_t x = 0; x < grid.size[0]; ++x) {
          const std::size_t i = y * grid.size[0] + x;
          const double noise = noise_hu * unit_noise *
                               (here[i] + 0.35 * (static_cast<double>(before[i]) + after[i]));
          const double hu = hounsfield(grid.center(x, y, z)) + noise;
          ct.voxels[grid.index(x, y, z)] =
              static_cast<std::int16_t>(std::clamp(std::round(hu), -1024.0, 3071.0));
        }
      before = std::move(here);
      here = std::move(after);
    }
  });
  return ct;
}

Volume<std::uint8_t> label_map(const Patient& patient, const Grid& grid) {
  Volume<std::uint8_t> labels{grid, std::vector<std::uint8_t>(grid.count())};
  each_slice(grid, [&](std::size_t z) {
    for (std::size_t y = 0; y < grid.size[1]; ++y)
      for (std::size_t x = 0; x < grid.size[0]; ++x)
        labels.voxels[grid.index(x, y, z)] = label_at(patient, grid.center(x, y, z));
  });
  return labels;
}

}  // namespace trocar::phantom
