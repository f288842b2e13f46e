#include "engine/model/ct_volume.hpp"

#include <fmt/format.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>

#include <algorithm>
#include <iterator>

#include "engine/model/ct_gate.hpp"
#include "engine/model/dicom_folder.hpp"
#include "engine/model/image_format.hpp"
#include "engine/model/itk_image.hpp"
#include "engine/model/volume_header.hpp"
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

struct OpenVolume {
  itk::ImageIOBase::Pointer io;
  VolumeGeometry geometry;
  std::vector<InputWarning> warnings;
};

// Header and gate of a volume that comes in one file.
Result<OpenVolume> open_volume(const std::filesystem::path& file, ImageFormat format) {
  auto stated = check_volume_header(file, format);
  if (!stated) return stated.error();
  OpenVolume out;
  out.io = reader_for(format);
  const Status header = itk_image::read_header(*out.io, file);
  if (!header) return header.error();
  const auto bytes = static_cast<std::uint64_t>(out.io->GetImageSizeInBytes());
  const Status whole = check_whole(file, format, bytes);
  if (!whole) return whole.error();
  out.geometry = itk_image::geometry_of(*out.io);
  out.warnings = examine_geometry(out.geometry);
  if (refuses(out.warnings)) {
    return Error{Code::inconsistent, file.string() + ": " + refusal_text(out.warnings)};
  }
  std::move(stated.value().begin(), stated.value().end(), std::back_inserter(out.warnings));
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
