#include "engine/model/dicom_object.hpp"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdatset.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <fmt/format.h>

#include <fstream>

#include "engine/model/dicom_dataset.hpp"
#include "engine/model/dicom_object_readers.hpp"

namespace trocar {
namespace {

constexpr std::uintmax_t max_bytes = 512U << 20U;

}  // namespace

Result<DicomObject> parse_dicom_object(std::string_view bytes, const ObjectItem& item) {
  DcmDataset data;
  if (const Status parsed = parse_dataset(bytes, data); !parsed) return parsed.error();
  OFString kind;
  data.findAndGetOFString(DCM_SOPClassUID, kind);
  if (kind == UID_RTStructureSetStorage) return dicom_object::read_structure_set(data, item);
  if (kind == UID_SegmentationStorage) return dicom_object::read_segmentation(data, item);
  const char* name = dcmFindNameOfUID(kind.c_str());
  return Error{Code::unsupported,
               fmt::format("expected an RT Structure Set or a Segmentation, found {}",
                           name != nullptr ? name : "another kind of object")};
}

Result<DicomObject> read_dicom_object(const std::filesystem::path& file, const ObjectItem& item) {
  std::error_code problem;
  const auto size = std::filesystem::file_size(file, problem);
  if (problem) return Error{Code::io, file.string() + ": " + problem.message()};
  if (size > max_bytes)
    return Error{Code::out_of_range, fmt::format("{}: expected at most {} MB, found {} MB",
                                                 file.string(), max_bytes >> 20U, size >> 20U)};
  std::ifstream in(file, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) return Error{Code::io, file.string() + ": expected a file that can be read"};
  auto object = parse_dicom_object(bytes, item);
  if (!object) return Error{object.error().code, file.string() + ": " + object.error().detail};
  return object;
}

}  // namespace trocar
