#include "tools/bench/ct_sets.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/model/label_voxels.hpp"
#include "tools/phantom/hounsfield.hpp"
#include "tools/phantom/random.hpp"

namespace trocar::bench {
namespace {

using phantom::Draw;

VolumeGeometry geometry_of(const phantom::Grid& grid) {
  VolumeGeometry g;
  for (std::size_t k = 0; k < 3; ++k) g.size[k] = static_cast<int>(grid.size[k]);
  g.spacing_mm = grid.spacing_mm;
  g.origin = {grid.origin_mm};
  return g;
}

// Pairs of slices averaged: what a planner reads.
std::shared_ptr<CtVolume> in_thick_slices(const CtVolume& thin) {
  auto out = std::make_shared<CtVolume>();
  out->geometry = thin.geometry;
  out->geometry.size[2] /= 2;
  out->geometry.spacing_mm.z() *= 2;
  out->geometry.origin = thin.geometry.at({0, 0, 0.5});
  const auto slice = static_cast<std::size_t>(thin.geometry.size[0] * thin.geometry.size[1]);
  out->hounsfield.resize(out->geometry.voxels());
  for (std::size_t i = 0; i < out->hounsfield.size(); ++i) {
    const std::size_t from = 2 * (i / slice) * slice + i % slice;
    out->hounsfield[i] =
        static_cast<std::int16_t>((thin.hounsfield[from] + thin.hounsfield[from + slice]) / 2);
  }
  return out;
}

void add_noise(CtVolume& volume, double sigma_hu, std::uint64_t seed) {
  for (std::size_t i = 0; i < volume.hounsfield.size(); ++i) {
    const double noise =
        sigma_hu * phantom::lattice_normal(seed, static_cast<std::int64_t>(i), 1, 2);
    volume.hounsfield[i] = static_cast<std::int16_t>(
        std::clamp(std::round(volume.hounsfield[i] + noise), -1024.0, 3071.0));
  }
}

std::shared_ptr<LabelVolume> thick_labels(const phantom::Patient& patient, double in_plane_mm) {
  const phantom::Grid thin = phantom::scan_grid(patient, in_plane_mm, 1.0);
  phantom::Grid thick = thin;
  thick.size[2] /= 2;
  thick.spacing_mm.z() = 2;
  thick.origin_mm.z() += 0.5;
  auto out = std::make_shared<LabelVolume>();
  out->geometry = geometry_of(thick);
  for (const std::uint8_t v : phantom::label_map(patient, thick).voxels) {
    out->labels.push_back(v >= 27 && v <= 43 ? v : std::uint8_t{0});
  }
  return out;
}

}  // namespace

CtSource phantom_source(std::uint64_t seed) {
  constexpr double in_plane_mm = 0.7;
  const phantom::Patient patient(seed, 3);
  auto scanned = phantom::scan(patient, phantom::scan_grid(patient, in_plane_mm, 1.0));
  auto scan = std::make_shared<CtVolume>();
  scan->geometry = geometry_of(scanned.grid);
  scan->hounsfield = std::move(scanned.voxels);
  auto preop = in_thick_slices(*scan);
  add_noise(*preop, 15, phantom::mix(seed, 7));
  return {"phantom " + std::to_string(seed),
          preop,
          thick_labels(patient, in_plane_mm),
          scan,
          {30, 29, 28}};
}

std::vector<CtSource> real_sources(const std::string& folder) {
  const std::filesystem::path in(folder);
  if (!std::filesystem::exists(in / "thorax.nrrd")) return {};
  auto ct = read_ct(in / "thorax.nrrd");
  auto labels = read_labels(in / "thorax_vertebrae.nrrd");
  if (!ct || !labels) return {};
  auto preop = std::make_shared<CtVolume>(*ct.value().volume);
  add_noise(*preop, 15, 11);
  return {{"thorax", preop, labels.value(), ct.value().volume, {39, 37, 36, 34, 33, 32}}};
}

CtScan mirrored(const CtScan& scan) {
  CtScan out = scan;
  auto ct = std::make_shared<CtVolume>(*scan.intraop);
  const auto row = static_cast<std::ptrdiff_t>(ct->geometry.size[0]);
  for (auto it = ct->hounsfield.begin(); it != ct->hounsfield.end(); it += row) {
    std::reverse(it, it + row);
  }
  out.intraop = ct;
  return out;
}

Eigen::Isometry3d draw_start(const CtScan& scan, const CtSet& set, std::uint64_t seed) {
  Draw draw(seed, 77);
  Eigen::Isometry3d off = Eigen::Isometry3d::Identity();
  for (int k = 0; k < 3; ++k) {
    const double angle = draw.between(-set.start_deg, set.start_deg) * M_PI / 180;
    off.linear() = off.linear() * Eigen::AngleAxisd(angle, Eigen::Vector3d::Unit(k));
  }
  off.translation() = scan.centre_mm - off.linear() * scan.centre_mm;
  for (int k = 0; k < 3; ++k) off.translation()[k] += draw.between(-set.start_mm, set.start_mm);
  off.translation().z() += level_mm * set.absent_levels;
  return off * scan.intraop_from_preop.inverse(Eigen::Isometry);
}

Tre tre_of(const CtScan& scan, const Eigen::Isometry3d& preop_from_intraop) {
  Tre tre{0, 0};
  for (const Eigen::Vector3d& p : scan.points_mm) {
    const double off = (preop_from_intraop * (scan.intraop_from_preop * p) - p).norm();
    tre.max_mm = std::max(tre.max_mm, off);
    tre.mean_mm += off / static_cast<double>(scan.points_mm.size());
  }
  return tre;
}

}  // namespace trocar::bench
