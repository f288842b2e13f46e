#include "engine/model/dicom_folder.hpp"

#include <fmt/format.h>
#include <gdcmReader.h>
#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <optional>
#include <set>

#include "engine/model/itk_image.hpp"

namespace trocar {

namespace {

namespace tag {
const gdcm::Tag sop_class(0x0008, 0x0016), instance_uid(0x0008, 0x0018), modality(0x0008, 0x0060);
const gdcm::Tag patient_id(0x0010, 0x0020), gantry_tilt(0x0018, 0x1120);
const gdcm::Tag study_uid(0x0020, 0x000d), series_uid(0x0020, 0x000e);
const gdcm::Tag position(0x0020, 0x0032), orientation(0x0020, 0x0037);
const gdcm::Tag frame_of_reference(0x0020, 0x0052), frames(0x0028, 0x0008);
const gdcm::Tag rows(0x0028, 0x0010), columns(0x0028, 0x0011), pixel_spacing(0x0028, 0x0030);
const gdcm::Tag intercept(0x0028, 0x1052), slope(0x0028, 0x1053);
const std::set<gdcm::Tag> all{sop_class,   instance_uid,       modality,   patient_id,
                              gantry_tilt, study_uid,          series_uid, position,
                              orientation, frame_of_reference, frames,     rows,
                              columns,     pixel_spacing,      intercept,  slope};
}  // namespace tag

constexpr std::string_view ct_image = "1.2.840.10008.5.1.4.1.1.2";
constexpr std::string_view enhanced_ct_image = "1.2.840.10008.5.1.4.1.1.2.1";

// The text of an attribute without the padding DICOM adds; empty when absent.
std::string text_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  if (!set.FindDataElement(tag)) return {};
  const gdcm::ByteValue* bytes = set.GetDataElement(tag).GetByteValue();
  if (bytes == nullptr) return {};
  std::string text(bytes->GetPointer(), bytes->GetLength());
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
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

int short_of(const gdcm::DataSet& set, const gdcm::Tag& tag) {
  if (!set.FindDataElement(tag)) return 0;
  const gdcm::ByteValue* bytes = set.GetDataElement(tag).GetByteValue();
  if (bytes == nullptr || bytes->GetLength() < 2) return 0;
  const auto* p = reinterpret_cast<const unsigned char*>(bytes->GetPointer());
  return p[0] | p[1] << 8;  // CT files are little endian but for a retired transfer syntax
}

bool has_dicom_mark(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(132, '\0');
  return in.read(head.data(), 132) && head.substr(128) == "DICM";
}

Result<std::vector<double>> require(const gdcm::DataSet& set, const gdcm::Tag& tag,
                                    std::size_t count, std::string_view what) {
  const std::string text = text_of(set, tag);
  const auto numbers = numbers_of(text, count);
  if (numbers) return *numbers;
  return Error{Code::malformed, fmt::format("expected {} ({} finite numbers), found {}", what,
                                            count, text.empty() ? "nothing" : '"' + text + '"')};
}

Status check_values(const gdcm::DataSet& set) {
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
  return Done{};
}

Result<SliceDescription> describe(const gdcm::DataSet& set, const std::filesystem::path& file) {
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
  if (!has_dicom_mark(file)) return ++out.other_files, Done{};
  gdcm::Reader reader;
  reader.SetFileName(file.c_str());
  if (!reader.ReadSelectedTags(tag::all)) {
    return Error{Code::malformed, file.string() + ": expected a DICOM file, found a damaged one"};
  }
  const gdcm::DataSet& set = reader.GetFile().GetDataSet();
  const std::string kind = text_of(set, tag::sop_class);
  if (kind == enhanced_ct_image) {
    return Error{Code::unsupported,
                 file.string() + ": expected one slice per file, found an enhanced CT"};
  }
  if (kind != ct_image) return ++out.other_objects, Done{};
  const auto slice = describe(set, file);
  if (!slice) return Error{slice.error().code, file.string() + ": " + slice.error().detail};
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
