#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.hpp"
#include "engine/model/contour_stack.hpp"

namespace trocar {

// Which structure of a DICOM object is meant: its number or its name.
struct ObjectItem {
  std::optional<int> number;
  std::string name;  // when there is no number
};

// One structure of an RTSTRUCT or SEG object.
struct DicomObject {
  std::string frame_of_reference_uid;
  ContourStack stack;
};

// Reads one structure of a DICOM RT Structure Set or Segmentation, told apart by SOP class. Errors
// name what is wrong, and which items there are: malformed, unsupported (another kind of file,
// compressed or labelmap segmentation, contours that bound nothing), not_found, ambiguous (a name
// twice). Limits on sizes are checked before anything is allocated. plain; any thread.
Result<DicomObject> read_dicom_object(const std::filesystem::path& file, const ObjectItem& item);

// The same of a file's bytes.
Result<DicomObject> parse_dicom_object(std::string_view bytes, const ObjectItem& item);

}  // namespace trocar
