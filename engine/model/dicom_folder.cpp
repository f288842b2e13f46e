#include "engine/model/dicom_folder.hpp"

#include <fmt/format.h>
#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>

#include <algorithm>
#include <fstream>

#include "engine/model/dicom_elements.hpp"
#include "engine/model/dicom_slice.hpp"
#include "engine/model/itk_image.hpp"

namespace trocar {

namespace {

std::string all_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const std::streamoff size = in.tellg();
  std::string bytes(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  in.seekg(0);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(in.gcount(), 0)));
  return bytes;
}

Status add_file(const std::filesystem::path& file, DicomSlices& out) {
  const std::string bytes = all_bytes(file);
  if (!is_dicom(bytes)) return ++out.other_files, Done{};
  const auto refused = [&](const Error& e) {
    return Error{e.code, file.string() + ": " + e.detail};
  };
  const auto set = walk_dicom(bytes);
  if (!set) return refused(set.error());
  const std::string kind = dicom_text(set.value(), dicom_tag::sop_class);
  if (kind == dicom_class::enhanced_ct_image) {
    return refused({Code::unsupported, "expected one slice per file, found an enhanced CT"});
  }
  if (kind != dicom_class::ct_image) return ++out.other_objects, Done{};
  const auto slice = describe_slice(set.value(), file.filename().string());
  if (!slice) return refused(slice.error());
  out.slices.push_back(slice.value());
  return Done{};
}

// GDCM speaks to stderr in many lines; what matters comes back as an error.
void silence_gdcm() {
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
}

Status append_slice(const std::filesystem::path& file, const SliceDescription& slice,
                    std::vector<std::int16_t>& hounsfield) {
  const auto io = itk::GDCMImageIO::New();
  const Status header = itk_image::read_header(*io, file);
  if (!header) return header;
  const VolumeGeometry g = itk_image::geometry_of(*io);
  if (g.size[0] != slice.size[0] || g.size[1] != slice.size[1] || g.size[2] != 1) {
    return Error{Code::malformed,
                 fmt::format("{}: expected {} x {} pixels, found {} x {}", file.string(),
                             slice.size[0], slice.size[1], g.size[0], g.size[1])};
  }
  return itk_image::append_hounsfield(*io, file, hounsfield);
}

}  // namespace

Result<DicomSlices> read_dicom_headers(const std::filesystem::path& folder) {
  silence_gdcm();
  std::vector<std::filesystem::path> files;
  std::error_code ec;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ec)) {
    if (entry.is_regular_file(ec)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  DicomSlices out;
  for (const auto& file : files) {
    const Status added = add_file(file, out);
    if (!added) return added.error();
  }
  if (out.slices.empty()) {
    return Error{
        Code::not_found,
        fmt::format("{}: expected the slices of a CT, found {} files that are no DICOM and "
                    "{} other DICOM objects",
                    folder.string(), out.other_files, out.other_objects)};
  }
  return out;
}

Result<DicomStack> examine_dicom_folder(const std::filesystem::path& folder) {
  auto headers = read_dicom_headers(folder);
  if (!headers) return headers.error();
  DicomStack out;
  out.folder = folder;
  out.slices = std::move(headers.value().slices);
  out.ignored_files = headers.value().other_files + headers.value().other_objects;
  out.examined = examine_slices(out.slices);
  return out;
}

Status decode_slice(const DicomStack& stack, std::size_t place,
                    std::vector<std::int16_t>& hounsfield) {
  const SliceDescription& slice = stack.slices[stack.examined.order[place]];
  return append_slice(stack.folder / slice.file, slice, hounsfield);
}

Result<CtInput> read_dicom_folder(const std::filesystem::path& folder) {
  const auto stack = examine_dicom_folder(folder);
  if (!stack) return stack.error();
  const StackExamination& examined = stack.value().examined;
  if (!examined.geometry) {
    return Error{Code::inconsistent, folder.string() + ": " + refusal_text(examined.issues)};
  }
  auto volume = std::make_shared<CtVolume>();
  volume->geometry = *examined.geometry;
  volume->frame_of_reference_uid = stack.value().slices.front().frame_of_reference_uid;
  volume->hounsfield.reserve(volume->geometry.voxels());
  for (std::size_t place = 0; place < examined.order.size(); ++place) {
    const Status added = decode_slice(stack.value(), place, volume->hounsfield);
    if (!added) return added.error();
  }
  return CtInput{volume, examined.issues, stack.value().ignored_files};
}

}  // namespace trocar
