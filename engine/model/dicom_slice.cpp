#include "engine/model/dicom_slice.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace trocar {

namespace {

namespace tag {
constexpr std::uint32_t patient_id = 0x00100020, gantry_tilt = 0x00181120;
constexpr std::uint32_t study_uid = 0x0020000d, series_uid = 0x0020000e;
constexpr std::uint32_t instance_number = 0x00200013, images_in_acquisition = 0x00201002;
constexpr std::uint32_t position = 0x00200032, orientation = 0x00200037;
constexpr std::uint32_t frame_of_reference = 0x00200052, frames = 0x00280008;
constexpr std::uint32_t rows = 0x00280010, columns = 0x00280011, pixel_spacing = 0x00280030;
constexpr std::uint32_t bits_allocated = 0x00280100;
constexpr std::uint32_t intercept = 0x00281052, slope = 0x00281053;
}  // namespace tag

int short_of(const DicomElements& set, std::uint32_t tag) {
  const auto at = set.values.find(tag);
  if (at == set.values.end() || at->second.size() < 2) return 0;
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(at->second[k]); };
  return byte(0) | byte(1) << 8;
}

Result<std::vector<double>> require(const DicomElements& set, std::uint32_t tag, std::size_t count,
                                    std::string_view what) {
  const std::string text = dicom_text(set, tag);
  const auto numbers = dicom_numbers(text, count);
  if (numbers) return *numbers;
  return Error{Code::malformed, fmt::format("expected {} ({} finite numbers), found {}", what,
                                            count, text.empty() ? "nothing" : '"' + text + '"')};
}

Status check_values(const DicomElements& set) {
  const std::string frames = dicom_text(set, tag::frames);
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

std::optional<int> whole_of(const DicomElements& set, std::uint32_t tag) {
  const auto number = dicom_numbers(dicom_text(set, tag), 1);
  constexpr double most = 1e6;  // of objects of a series, by far
  if (!number || std::abs(number->front()) > most) return std::nullopt;
  return static_cast<int>(number->front());
}

}  // namespace

std::string dicom_text(const DicomElements& set, std::uint32_t tag) {
  const auto at = set.values.find(tag);
  if (at == set.values.end()) return {};
  const std::string text = at->second.substr(0, at->second.find('\0'));
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<std::vector<double>> dicom_numbers(const std::string& text, std::size_t count) {
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

ObjectIdentity identify_object(const DicomElements& set) {
  ObjectIdentity id;
  id.sop_class = dicom_text(set, dicom_tag::sop_class);
  id.instance_uid = dicom_text(set, dicom_tag::instance_uid);
  id.patient_id = dicom_text(set, tag::patient_id);
  id.study_uid = dicom_text(set, tag::study_uid);
  id.series_uid = dicom_text(set, tag::series_uid);
  id.instance_number = whole_of(set, tag::instance_number);
  id.images_in_acquisition = whole_of(set, tag::images_in_acquisition);
  return id;
}

Result<SliceDescription> describe_slice(const DicomElements& set, const std::string& file) {
  const Status values = check_values(set);
  if (!values) return values.error();
  const auto position = require(set, tag::position, 3, "ImagePositionPatient");
  if (!position) return position.error();
  const auto axes = require(set, tag::orientation, 6, "ImageOrientationPatient");
  if (!axes) return axes.error();
  const auto spacing = require(set, tag::pixel_spacing, 2, "PixelSpacing");
  if (!spacing) return spacing.error();
  SliceDescription s;
  s.file = file;
  s.patient_id = dicom_text(set, tag::patient_id);
  s.study_uid = dicom_text(set, tag::study_uid);
  s.series_uid = dicom_text(set, tag::series_uid);
  s.frame_of_reference_uid = dicom_text(set, tag::frame_of_reference);
  s.instance_uid = dicom_text(set, dicom_tag::instance_uid);
  s.size = {short_of(set, tag::columns), short_of(set, tag::rows)};
  s.position.mm = Eigen::Vector3d::Map(position.value().data());
  s.along_row = Eigen::Vector3d::Map(axes.value().data());
  s.along_column = Eigen::Vector3d::Map(axes.value().data() + 3);
  s.spacing_mm = {spacing.value()[1], spacing.value()[0]};  // DICOM writes row to row first
  const auto tilt = dicom_numbers(dicom_text(set, tag::gantry_tilt), 1);
  s.gantry_tilt_rad = tilt ? tilt->front() * M_PI / 180 : 0.0;
  return s;
}

}  // namespace trocar
