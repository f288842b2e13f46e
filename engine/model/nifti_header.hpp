#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/base/result.hpp"

namespace trocar {

// What a NIfTI-1 header says of where its voxels lie: affines of RAS, mm, rows [x y z 1], from
// whole voxel indices. NIfTI keeps two, which programs choose between by different rules. Plain.
struct NiftiPlacement {
  using Affine = std::array<std::array<double, 4>, 3>;
  std::array<int, 3> size{};
  std::optional<Affine> qform, sform;
};

constexpr std::size_t nifti_header_bytes = 348;

// Either byte order. ITK aborts on a sform that is not finite and takes a spacing of 0 for 1.
// Formula of the qform: NIfTI-1 standard, "method 2". Errors: malformed, out_of_range.
Result<NiftiPlacement> read_nifti_placement(std::string_view header);

// That it states a place, and one only: where qform and sform are both set, no corner of the volume
// is further apart than 0.1 mm. Errors: malformed, inconsistent.
Status check_one_place(const NiftiPlacement& placement);

}  // namespace trocar
