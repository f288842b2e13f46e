#pragma once
#include <cstdint>
#include <functional>

#include "tools/phantom/patient.hpp"
#include "tools/phantom/volume.hpp"

namespace trocar::phantom {

// Values of the label map. Vertebrae, sacrum, hips, kidneys, aorta, vena cava and autochthonous
// muscle carry TotalSegmentator's numbers; the rest are this phantom's own, above 117.
enum Label : std::uint8_t {
  background = 0,
  sacrum = 25,
  l5 = 27,  // L5..L1 are 27..31, T12 is 32
  t12 = 32,
  aorta = 52,
  vena_cava = 63,
  hip_left = 77,
  hip_right = 78,
  first_disc = 120,  // 120 below T12 .. 125 below L5
  thecal_sac = 130,
  first_root_left = 140,   // + level: 141 is L1's
  first_root_right = 150,  // + level
  lesion = 160,
  rib = 170,
  marker = 180,
};

// Voxels of the scanned box with the given in-plane and slice spacing.
Grid scan_grid(const Patient& patient, double in_plane_mm, double slice_mm);
Grid grid_of(const Eigen::AlignedBox3d& box, double in_plane_mm, double slice_mm);

// Over this distance a scan with such voxels softens an edge.
double scan_blur_mm(const Grid& grid);

// The CT in Hounsfield units: tissues with texture, partial volume at every surface, correlated
// noise. Clamped to [-1024, 3071].
Volume<std::int16_t> scan(const Patient& patient, const Grid& grid);
// The same of any field of Hounsfield units, which is called from several threads.
Volume<std::int16_t> scan_field(const Grid& grid, std::uint64_t noise_seed,
                                const std::function<double(const Vec&)>& hounsfield);

// The structure at each voxel's centre.
Volume<std::uint8_t> label_map(const Patient& patient, const Grid& grid);

}  // namespace trocar::phantom
