#include "engine/model/ct_volume.hpp"

#include <fmt/format.h>
#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include "engine/model/ct_gate.hpp"
#include "engine/model/dicom_folder.hpp"
#include "engine/model/image_format.hpp"
#include "engine/model/itk_image.hpp"
#include "engine/model/volume_whole.hpp"

namespace trocar {

namespace {

itk::ImageIOBase::Pointer reader_for(ImageFormat format) {
  switch (format) {
    case ImageFormat::nrrd:
      return itk::NrrdImageIO::New().GetPointer();
    case ImageFormat::meta_image:
      return itk::MetaImageIO::New().GetPointer();
    case ImageFormat::nifti:
      return itk::NiftiImageIO::New().GetPointer();
    case ImageFormat::dicom_folder:
      break;
  }
  return nullptr;
}

std::string entry(const itk::ImageIOBase& io, const std::string& key) {
  std::string value;
  itk::ExposeMetaData<std::string>(io.GetMetaDataDictionary(), key, value);
  return value;
}

// A file that does not say how its axes lie in the patient gives a volume that may be mirrored.
Status check_says_orientation(const itk::ImageIOBase& io, ImageFormat format,
                              const std::filesystem::path& file) {
  if (format == ImageFormat::nrrd && entry(io, "NRRD_space").empty()) {
    return Error{Code::malformed,
                 file.string() +
                     ": expected 'space: left-posterior-superior' or another that names "
                     "the patient's axes, found none"};
  }
  const std::string sform = entry(io, "sform_code");
  const std::string qform = entry(io, "qform_code");
  if (format == ImageFormat::nifti && (sform.empty() || sform == "0") &&
      (qform.empty() || qform == "0")) {
    return Error{Code::malformed,
                 file.string() + ": expected an orientation (qform or sform), found none"};
  }
  return Done{};
}

struct OpenVolume {
  itk::ImageIOBase::Pointer io;
  VolumeGeometry geometry;
  std::vector<InputWarning> warnings;
};

// Header and gate of a volume that comes in one file.
Result<OpenVolume> open_volume(const std::filesystem::path& file, ImageFormat format) {
  OpenVolume out;
  out.io = reader_for(format);
  if (format == ImageFormat::meta_image) {
    const Status complete = check_meta_header(file);
    if (!complete) return complete.error();
  }
  const Status header = itk_image::read_header(*out.io, file);
  if (!header) return header.error();
  const Status oriented = check_says_orientation(*out.io, format, file);
  if (!oriented) return oriented.error();
  const auto bytes = static_cast<std::uint64_t>(out.io->GetImageSizeInBytes());
  const Status whole = check_whole(file, format, bytes);
  if (!whole) return whole.error();
  out.geometry = itk_image::geometry_of(*out.io);
  out.warnings = examine_geometry(out.geometry);
  if (refuses(out.warnings)) {
    return Error{Code::inconsistent, file.string() + ": " + refusal_text(out.warnings)};
  }
  return out;
}

}  // namespace

Result<CtInput> read_ct(const std::filesystem::path& path) {
  const auto format = detect_image_format(path);
  if (!format) return format.error();
  if (format.value() == ImageFormat::dicom_folder) return read_dicom_folder(path);
  auto open = open_volume(path, format.value());
  if (!open) return open.error();
  auto volume = std::make_shared<CtVolume>();
  volume->geometry = open.value().geometry;
  const Status read = itk_image::append_hounsfield(*open.value().io, path, volume->hounsfield);
  if (!read) return read.error();
  return CtInput{volume, open.value().warnings};
}

Result<std::shared_ptr<const LabelVolume>> read_labels(const std::filesystem::path& file) {
  const auto format = detect_image_format(file);
  if (!format) return format.error();
  if (format.value() == ImageFormat::dicom_folder) {
    return Error{Code::unsupported,
                 file.string() + ": expected a label map (NRRD, MetaImage, NIfTI), found a folder"};
  }
  auto open = open_volume(file, format.value());
  if (!open) return open.error();
  auto volume = std::make_shared<LabelVolume>();
  volume->geometry = open.value().geometry;
  const Status read = itk_image::append_labels(*open.value().io, file, volume->labels);
  if (!read) return read.error();
  return std::shared_ptr<const LabelVolume>(volume);
}

}  // namespace trocar
