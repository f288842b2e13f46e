#pragma once
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "engine/model/volume_geometry.hpp"

// Image files written byte by byte from their standards, so that a reader's mistake and a writer's
// cannot cancel.
namespace trocar::test {

// A folder that goes when the test ends.
class TempFolder {
 public:
  TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder();
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& file, const std::string& bytes);
std::string read_file(const std::filesystem::path& file);

// Rises differently along left, posterior and superior: whatever mirrors or turns the volume gives
// other values at the same place.
inline std::int16_t chiral(const Point<Preop>& p) {
  return static_cast<std::int16_t>(std::lround(2 * p.mm.x() + 3 * p.mm.y() + 5 * p.mm.z()));
}

using VoxelValue = std::function<std::int16_t(const Point<Preop>&)>;

// 6 x 5 x 4 voxels of 1.5 x 1 x 2 mm, off centre, axes of a supine patient.
VolumeGeometry small_geometry();
// The same, turned about all three axes.
VolumeGeometry oblique_geometry();

void write_nrrd(const std::filesystem::path& file, const VolumeGeometry& g,
                const VoxelValue& value = chiral, bool ras = false);
void write_meta(const std::filesystem::path& file, const VolumeGeometry& g,
                const VoxelValue& value = chiral);
// Plain, or packed when the name ends in .gz.
void write_nifti(const std::filesystem::path& file, const VolumeGeometry& g,
                 const VoxelValue& value = chiral);

// One attribute: "0020,0032" -> text as DICOM writes it. Absent text leaves the attribute out.
using DicomTags = std::map<std::string, std::string>;
DicomTags slice_tags(const VolumeGeometry& g, int slice);
void write_dicom_slice(const std::filesystem::path& file, const VolumeGeometry& g, int slice,
                       const DicomTags& tags);
// File names run against the slices' positions. `change` may alter a slice's tags; false skips it.
void write_dicom(const std::filesystem::path& folder, const VolumeGeometry& g,
                 const std::function<bool(int slice, DicomTags&)>& change = {});

}  // namespace trocar::test
