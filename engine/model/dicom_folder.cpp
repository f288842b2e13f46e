#include "engine/model/dicom_folder.hpp"

#include <fmt/format.h>
#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>

#include "engine/model/dicom_elements.hpp"
#include "engine/model/itk_image.hpp"

namespace trocar {

namespace {

namespace tag {
constexpr std::uint32_t sop_class = 0x00080016, instance_uid = 0x00080018;
constexpr std::uint32_t patient_id = 0x00100020, gantry_tilt = 0x00181120;
constexpr std::uint32_t study_uid = 0x0020000d, series_uid = 0x0020000e;
constexpr std::uint32_t position = 0x00200032, orientation = 0x00200037;
constexpr std::uint32_t frame_of_reference = 0x00200052, frames = 0x00280008;
constexpr std::uint32_t rows = 0x00280010, columns = 0x00280011, pixel_spacing = 0x00280030;
constexpr std::uint32_t bits_allocated = 0x00280100;
constexpr std::uint32_t intercept = 0x00281052, slope = 0x00281053;
}  // namespace tag

constexpr std::string_view ct_image = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view enhanced_ct_image = "1.2.840.10008.5.1.4.1.1.2.1";

// The text of an attribute without the padding DICOM adds; empty when absent.
std::string text_of(const DicomElements& set, std::uint32_t tag) {
  const auto at = set.values.find(tag);
  if (at == set.values.end()) return {};
  const std::string text = at->second.substr(0, at->second.find('\0'));
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// Decimal strings "a\b\c"; nothing unless there are exactly `count` finite numbers.
std::optional<std::vector<double>> numbers_of(const std::string& text, std::size_t count) {
  std::vector<double> out;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    while (at < end && (*at == ' ' || *at == '+' || *at == '\\')) ++at;
    if (at == end) break;
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
    out.push_back(value);
    for (at = next; at < end && *at == ' ';) ++at;
    if (at < end && *at != '\\') return std::nullopt;
  }
  if (out.size() != count) return std::nullopt;
  return out;
}

int short_of(const DicomElements& set, std::uint32_t tag) {
  const auto at = set.values.find(tag);
  if (at == set.values.end() || at->second.size() < 2) return 0;
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(at->second[k]); };
  return byte(0) | byte(1) << 8;
}

std::string all_bytes(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<std::vector<double>> require(const DicomElements& set, std::uint32_t tag, std::size_t count,
                                    std::string_view what) {
  const std::string text = text_of(set, tag);
  const auto numbers = numbers_of(text, count);
  if (numbers) return *numbers;
  return Error{Code::malformed, fmt::format("expected {} ({} finite numbers), found {}", what,
                                            count, text.empty() ? "nothing" : '"' + text + '"')};
}

Status check_values(const DicomElements& set) {
  const std::string frames = text_of(set, tag::frames);
  if (!frames.empty() && frames != "1") {
    return Error{Code::unsupported, "expected one slice per file, found " + frames + " frames"};
  }
  const auto slope = require(set, tag::slope, 1, "RescaleSlope");
  if (!slope) return slope.error();
  if (slope.value()[0] == 0) {
    return Error{Code::malformed, "expected a RescaleSlope other than 0, found 0"};
  }
  const auto intercept = require(set, tag::intercept, 1, "RescaleIntercept");
  if (!intercept) return intercept.error();
  const auto pixels = static_cast<std::uint64_t>(short_of(set, tag::rows)) *
                      static_cast<std::uint64_t>(short_of(set, tag::columns));
  const std::uint64_t needed =
      pixels * static_cast<std::uint64_t>(short_of(set, tag::bits_allocated)) / 8;
  if (!set.has_pixels || needed == 0 || (!set.compressed && set.pixel_bytes < needed)) {
    return Error{Code::malformed,
                 fmt::format("expected {} bytes of pixels, found {}", needed, set.pixel_bytes)};
  }
  return Done{};
}

Result<SliceDescription> describe(const DicomElements& set, const std::filesystem::path& file) {
  const Status values = check_values(set);
  if (!values) return values.error();
  const auto position = require(set, tag::position, 3, "ImagePositionPatient");
  if (!position) return position.error();
  const auto axes = require(set, tag::orientation, 6, "ImageOrientationPatient");
  if (!axes) return axes.error();
  const auto spacing = require(set, tag::pixel_spacing, 2, "PixelSpacing");
  if (!spacing) return spacing.error();
  SliceDescription s;
  s.file = file.filename().string();
  s.patient_id = text_of(set, tag::patient_id);
  s.study_uid = text_of(set, tag::study_uid);
  s.series_uid = text_of(set, tag::series_uid);
  s.frame_of_reference_uid = text_of(set, tag::frame_of_reference);
  s.instance_uid = text_of(set, tag::instance_uid);
  s.size = {short_of(set, tag::columns), short_of(set, tag::rows)};
  s.position.mm = Eigen::Vector3d::Map(position.value().data());
  s.along_row = Eigen::Vector3d::Map(axes.value().data());
  s.along_column = Eigen::Vector3d::Map(axes.value().data() + 3);
  s.spacing_mm = {spacing.value()[1], spacing.value()[0]};  // DICOM writes row to row first
  const auto tilt = numbers_of(text_of(set, tag::gantry_tilt), 1);
  s.gantry_tilt_rad = tilt ? tilt->front() * M_PI / 180 : 0.0;
  return s;
}

Status add_file(const std::filesystem::path& file, DicomSlices& out) {
  const std::string bytes = all_bytes(file);
  if (!is_dicom(bytes)) return ++out.other_files, Done{};
  const auto refused = [&](const Error& e) {
    return Error{e.code, file.string() + ": " + e.detail};
  };
  const auto set = walk_dicom(bytes);
  if (!set) return refused(set.error());
  const std::string kind = text_of(set.value(), tag::sop_class);
  if (kind == enhanced_ct_image) {
    return refused({Code::unsupported, "expected one slice per file, found an enhanced CT"});
  }
  if (kind != ct_image) return ++out.other_objects, Done{};
  const auto slice = describe(set.value(), file);
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
                    CtVolume& volume) {
  const auto io = itk::GDCMImageIO::New();
  const Status header = itk_image::read_header(*io, file);
  if (!header) return header;
  const VolumeGeometry g = itk_image::geometry_of(*io);
  if (g.size[0] != slice.size[0] || g.size[1] != slice.size[1] || g.size[2] != 1) {
    return Error{Code::malformed,
                 fmt::format("{}: expected {} x {} pixels, found {} x {}", file.string(),
                             slice.size[0], slice.size[1], g.size[0], g.size[1])};
  }
  return itk_image::append_hounsfield(*io, file, volume.hounsfield);
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

Result<CtInput> read_dicom_folder(const std::filesystem::path& folder) {
  const auto headers = read_dicom_headers(folder);
  if (!headers) return headers.error();
  const std::vector<SliceDescription>& slices = headers.value().slices;
  const StackExamination stack = examine_slices(slices);
  if (!stack.geometry) {
    return Error{Code::inconsistent, folder.string() + ": " + refusal_text(stack.issues)};
  }
  auto volume = std::make_shared<CtVolume>();
  volume->geometry = *stack.geometry;
  volume->frame_of_reference_uid = slices.front().frame_of_reference_uid;
  volume->hounsfield.reserve(volume->geometry.voxels());
  for (const std::size_t i : stack.order) {
    const Status added = append_slice(folder / slices[i].file, slices[i], *volume);
    if (!added) return added.error();
  }
  return CtInput{volume, stack.issues, headers.value().other_files + headers.value().other_objects};
}

}  // namespace trocar
