#include "engine/model/image_format.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/base/file_kind.hpp"

namespace trocar {

namespace {

constexpr std::size_t nifti_header = 348;

std::string first_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string bytes(nifti_header, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

std::string lower_case_name(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

bool is_nifti(std::string_view bytes) {
  if (bytes.size() < nifti_header) return false;
  const std::string_view magic = bytes.substr(nifti_header - 4, 3);
  return magic == "n+1" || magic == "ni1";
}

}  // namespace

Result<ImageFormat> detect_image_format(const std::filesystem::path& path) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return ImageFormat::dicom_folder;
  if (!std::filesystem::is_regular_file(path, ec)) {
    return Error{Code::not_found,
                 fmt::format("{}: expected a DICOM folder or an image file, found {}",
                             path.string(), kind_at(path))};
  }
  const std::string bytes = first_bytes(path);
  const std::string_view head(bytes);
  const std::string name = lower_case_name(path);
  if (head.starts_with("NRRD000")) return ImageFormat::nrrd;
  if (is_nifti(head)) return ImageFormat::nifti;
  if (head.starts_with("\x1f\x8b") && name.ends_with(".nii.gz")) return ImageFormat::nifti;
  const bool meta_text = head.starts_with("ObjectType") || head.find("NDims") != head.npos;
  if (meta_text && (name.ends_with(".mha") || name.ends_with(".mhd"))) {
    return ImageFormat::meta_image;
  }
  if (head.size() > 132 && head.substr(128, 4) == "DICM") {
    return Error{Code::unsupported,
                 fmt::format("{}: expected the folder of a DICOM series, found one file of it",
                             path.string())};
  }
  return Error{Code::unsupported,
               fmt::format("{}: expected a DICOM folder, NRRD, MetaImage (.mha, .mhd) or NIfTI, "
                           "found neither",
                           path.string())};
}

}  // namespace trocar
