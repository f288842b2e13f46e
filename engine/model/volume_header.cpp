#include "engine/model/volume_header.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/nifti_header.hpp"
#include "engine/model/text_header.hpp"

namespace trocar {
namespace {

using Entries = decltype(TextHeader::entries);
using Warnings = std::vector<InputWarning>;

bool has_any(const Entries& entries, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view name) { return entries.contains(name); });
}

Error missing(std::string_view what) {
  return {Code::malformed, fmt::format("expected {} in the header, found none", what)};
}

InputWarning assumed(const std::filesystem::path& file, std::string_view what,
                     std::string_view taken) {
  return {InputIssue::position_assumed,
          fmt::format("expected {} in the header of {}, found none; taken as {}", what,
                      file.filename().string(), taken)};
}

// Whether an NRRD space says which way the patient lies: not so the scanner's own axes.
bool is_of_patient(std::string space) {
  constexpr std::array<std::string_view, 6> known{"left-posterior-superior", "lps",
                                                  "right-anterior-superior", "ras",
                                                  "left-anterior-superior",  "las"};
  for (char& c : space) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  return std::find(known.begin(), known.end(), space) != known.end();
}

Result<Warnings> check_nrrd(const std::filesystem::path& file) {
  const Entries header = read_text_header(file, ':', "").entries;
  if (!header.contains("space")) {
    return missing("'space: left-posterior-superior' or another that names the patient's axes");
  }
  const auto axes = header.find("space directions");
  if (axes == header.end()) return missing("'space directions'");
  if (std::count(axes->second.begin(), axes->second.end(), '(') < 3) {
    return Error{Code::malformed,
                 fmt::format("expected three vectors in 'space directions', found {}",
                             axes->second.substr(0, 80))};
  }
  if (!is_of_patient(header.find("space")->second)) {
    return Error{
        Code::unsupported,
        "expected a space of the patient's axes, left-posterior-superior or another, found " +
            header.find("space")->second.substr(0, 80)};
  }
  if (const auto units = header.find("space units"); units != header.end()) {
    std::string others = units->second;
    constexpr std::string_view mm = "\"mm\"";
    for (std::size_t at = others.find(mm); at != std::string::npos; at = others.find(mm, at)) {
      others.erase(at, mm.size());
    }
    if (others.find('"') != std::string::npos) {
      return Error{Code::unsupported, "expected space units \"mm\", found " + units->second};
    }
  }
  Warnings warnings;
  if (!header.contains("space origin")) {
    warnings.push_back(assumed(file, "'space origin'", "(0,0,0)"));
  }
  return warnings;
}

// MetaIO prints its complaints: what every reader needs is asked for here.
Result<Warnings> check_meta(const std::filesystem::path& file) {
  const Entries header = read_text_header(file, '=', "ElementDataFile").entries;
  for (const char* key : {"NDims", "DimSize", "ElementType", "ElementDataFile"}) {
    if (!header.contains(key)) return missing(fmt::format("'{}'", key));
  }
  if (!has_any(header, {"ElementSpacing", "ElementSize"})) return missing("'ElementSpacing'");
  if (const auto unit = header.find("DistanceUnits");
      unit != header.end() && unit->second != "mm" && unit->second != "?") {
    return Error{Code::unsupported, "expected DistanceUnits = mm, found " + unit->second};
  }
  Warnings warnings;
  if (!has_any(header, {"Offset", "Position", "Origin"})) {
    warnings.push_back(assumed(file, "'Offset'", "0 0 0"));
  }
  if (!has_any(header, {"TransformMatrix", "Rotation", "Orientation"})) {
    warnings.push_back(assumed(file, "'TransformMatrix'", "the axes of LPS"));
  }
  return warnings;
}

// Plain or packed: zlib reads both.
Result<Warnings> check_nifti(const std::filesystem::path& file) {
  const auto close = [](gzFile in) { gzclose(in); };
  const std::unique_ptr<gzFile_s, decltype(close)> in(gzopen(file.c_str(), "rb"), close);
  std::string bytes(nifti_header_bytes, '\0');
  const int got =
      in == nullptr ? 0 : gzread(in.get(), bytes.data(), static_cast<unsigned>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
  const auto placement = read_nifti_placement(bytes);
  if (!placement) return placement.error();
  const Status one = check_one_place(placement.value());
  if (!one) return one.error();
  return Warnings{};
}

Result<Warnings> check(const std::filesystem::path& file, ImageFormat format) {
  switch (format) {
    case ImageFormat::nrrd:
      return check_nrrd(file);
    case ImageFormat::meta_image:
      return check_meta(file);
    case ImageFormat::nifti:
      return check_nifti(file);
    case ImageFormat::dicom_folder:
      break;
  }
  return Warnings{};
}

}  // namespace

Result<std::vector<InputWarning>> check_volume_header(const std::filesystem::path& file,
                                                      ImageFormat format) {
  auto checked = check(file, format);
  if (checked) return checked;
  return Error{checked.error().code, file.string() + ": " + checked.error().detail};
}

}  // namespace trocar
