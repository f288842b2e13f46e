#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/input_warning.hpp"
#include "engine/model/volume_geometry.hpp"

namespace trocar {

// A CT as read: Hounsfield units, x fastest. Immutable once read, shared.
struct CtVolume {
  VolumeGeometry geometry;
  std::vector<std::int16_t> hounsfield;
  std::string frame_of_reference_uid;  // empty when the format has none

  [[nodiscard]] std::int16_t at(int x, int y, int z) const {
    return hounsfield[voxel_offset(geometry, x, y, z)];
  }
  static std::size_t voxel_offset(const VolumeGeometry& g, int x, int y, int z) {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(g.size[0]) *
               (static_cast<std::size_t>(y) +
                static_cast<std::size_t>(g.size[1]) * static_cast<std::size_t>(z));
  }
};

// Which voxel belongs to what; 0 = nothing. Immutable once read, shared.
struct LabelVolume {
  VolumeGeometry geometry;
  std::vector<std::uint16_t> labels;  // x fastest
};

struct CtInput {
  std::shared_ptr<const CtVolume> volume;
  std::vector<InputWarning> warnings;
  std::size_t ignored_files = 0;  // of a DICOM folder: files that are no CT slices
};

// Reads a DICOM folder (one file per slice), NRRD, MetaImage or NIfTI, told apart by content. All
// of it passes the input gate. Errors name the file, and begin with the name where the gate
// refuses: malformed, unsupported, out_of_range, not_found, inconsistent.
Result<CtInput> read_ct(const std::filesystem::path& path);

// Reads a label map from NRRD, MetaImage or NIfTI; passes the same gate but for the slice spacing,
// which the CT has reported already.
Result<std::shared_ptr<const LabelVolume>> read_labels(const std::filesystem::path& file);

}  // namespace trocar
