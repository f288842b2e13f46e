#pragma once
#include <filesystem>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/model/ct_gate.hpp"
#include "engine/model/ct_volume.hpp"

namespace trocar {

struct DicomSlices {
  std::vector<SliceDescription> slices;  // in order of file names: examine_slices puts them right
  std::size_t other_files = 0;           // no DICOM
  std::size_t other_objects = 0;         // DICOM, but no CT image (plans, reports, DICOMDIR)
};

// Reads what each file directly in the folder says of itself, no pixels. Errors name the file:
// malformed (a CT slice without position, ...), unsupported (several frames in one file),
// not_found.
Result<DicomSlices> read_dicom_headers(const std::filesystem::path& folder);

// Headers, gate, pixels.
Result<CtInput> read_dicom_folder(const std::filesystem::path& folder);

}  // namespace trocar
