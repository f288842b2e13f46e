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

// The slices of a folder and what the gate found in them; pixels have not been looked at.
struct DicomStack {
  std::filesystem::path folder;
  std::vector<SliceDescription> slices;
  StackExamination examined;
  std::size_t ignored_files = 0;
};
// Errors: as read_dicom_headers. What the gate refuses is in `examined`.
Result<DicomStack> examine_dicom_folder(const std::filesystem::path& folder);

// Appends the Hounsfield units of the slice at this place of the order, of a stack that the gate
// does not refuse. Errors: malformed,
// out_of_range. Threads: one; GDCM keeps state of its own, so use processes to work in parallel.
Status decode_slice(const DicomStack& stack, std::size_t place,
                    std::vector<std::int16_t>& hounsfield);

// Headers, gate, pixels.
Result<CtInput> read_dicom_folder(const std::filesystem::path& folder);

}  // namespace trocar
