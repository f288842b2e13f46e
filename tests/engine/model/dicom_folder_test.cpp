#include "engine/model/dicom_folder.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// What reading says of a folder in which one slice has one tag changed.
std::string refusal_with(const std::string& tag, const std::string& value, bool all = false) {
  const TempFolder folder;
  write_dicom(folder / "ct", small_geometry(), [&](int slice, DicomTags& tags) {
    if (all || slice == 2) tags[tag] = value;
    return true;
  });
  const auto ct = read_ct(folder / "ct");
  if (ct) return "accepted";
  CHECK(ct.error().detail.find('\n') == std::string::npos);
  return ct.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a DICOM folder gives Hounsfield units and the frame of reference") {
  const TempFolder folder;
  write_dicom(folder / "ct", small_geometry());
  const auto ct = read_ct(folder / "ct");
  REQUIRE(ct);
  CHECK(ct.value().volume->frame_of_reference_uid == "1.2.3.3");
  CHECK(ct.value().volume->at(0, 0, 0) == chiral(small_geometry().origin));
  CHECK(ct.value().ignored_files == 0);
}

TEST_CASE("files that are no CT slices are left out and counted") {
  const TempFolder folder;
  write_dicom(folder / "ct", small_geometry());
  write_file(folder / "ct/readme.txt", "hello");
  write_file(folder / "ct/empty", "");
  DicomTags report = slice_tags(small_geometry(), 0);
  report["0008,0016"] = "1.2.840.10008.5.1.4.1.1.88.11";
  write_dicom_slice(folder / "ct/report.dcm", small_geometry(), 0, report);
  const auto ct = read_ct(folder / "ct");
  REQUIRE(ct);
  CHECK(ct.value().ignored_files == 3);
}

TEST_CASE("a folder without CT slices is refused") {
  const TempFolder folder;
  write_file(folder / "ct/readme.txt", "hello");
  const auto ct = read_ct(folder / "ct");
  REQUIRE_FALSE(ct);
  says(ct.error().detail, "expected the slices of a CT, found 1 files that are no DICOM");
}

TEST_CASE("H7: a folder with two patients or two frames of reference is refused") {
  const std::string patients = refusal_with("0010,0020", "P2");
  says(patients, "several_patients: expected one patient id, found 2");
  CHECK(patients.find("P2") == std::string::npos);  // no identity in a message
  says(refusal_with("0020,0052", "1.9"), "several_frames_of_reference");
  says(refusal_with("0020,000e", "1.9"), "several_series");
}

TEST_CASE("slices that do not make an even stack are refused") {
  const TempFolder folder;
  VolumeGeometry g = small_geometry();
  g.size[2] = 8;
  write_dicom(folder / "gap", g, [](int slice, DicomTags&) { return slice != 3; });
  const auto gap = read_ct(folder / "gap");
  REQUIRE_FALSE(gap);
  says(gap.error().detail, "missing_slices: expected a slice every 2.000 mm, found a gap of 4.000");
  write_dicom(folder / "one", g, [](int slice, DicomTags&) { return slice == 3; });
  const auto one = read_ct(folder / "one");
  REQUIRE_FALSE(one);
  says(one.error().detail, "expected 2 slices or more, found 1");
  says(refusal_with("0020,0032", "10\\-20\\32"), "duplicate_slices");
  says(refusal_with("0020,0032", "10\\-20\\33.7"), "uneven_slices");
  says(refusal_with("0018,1120", "12.5", true), "gantry_tilt");
}

TEST_CASE("a slice with a value that cannot be is refused by name") {
  says(refusal_with("0028,1053", "0"), "898.dcm: expected a RescaleSlope other than 0");
  says(refusal_with("0028,1053", ""), "RescaleSlope");
  says(refusal_with("0028,0030", "NaN\\1"), "PixelSpacing");
  says(refusal_with("0028,0030", "0\\1"), "geometry_invalid");
  says(refusal_with("0020,0032", "1\\2"), "ImagePositionPatient");
  says(refusal_with("0020,0037", "1\\0\\0\\0\\1"), "ImageOrientationPatient");
  says(refusal_with("0028,0008", "12"), "12 frames");
  says(refusal_with("0008,0016", "1.2.840.10008.5.1.4.1.1.2.1"), "enhanced CT");
}

TEST_CASE("a DICOM slice cut short is refused, wherever it is cut") {
  const TempFolder folder;
  write_dicom(folder / "ct", small_geometry());
  const std::string whole = read_file(folder / "ct/898.dcm");
  for (const std::size_t cut : {whole.size() - 1, whole.size() - 30, whole.size() - 60,
                                std::size_t{400}, std::size_t{200}, std::size_t{132}}) {
    INFO(cut);
    write_file(folder / "ct/898.dcm", whole.substr(0, cut));
    const auto ct = read_ct(folder / "ct");
    CHECK_FALSE(ct);
    if (!ct) CHECK(ct.error().detail.find('\n') == std::string::npos);
  }
}
