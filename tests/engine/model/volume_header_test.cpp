#include "engine/model/volume_header.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "engine/model/ct_volume.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// The file with the header line that begins with `line` put into another shape ("" leaves it out).
void with_line(const std::filesystem::path& file, const std::string& line,
               const std::string& other) {
  std::string text = read_file(file);
  const std::size_t at = text.find("\n" + line) + 1;
  REQUIRE(at != 0);
  text.replace(at, text.find('\n', at) + 1 - at, other);
  write_file(file, text);
}

std::string refusal(const std::filesystem::path& file) {
  const auto ct = read_ct(file);
  REQUIRE_FALSE(ct);
  CHECK(ct.error().detail.starts_with(file.string() + ": "));
  return ct.error().detail.substr(file.string().size() + 2);
}

std::vector<InputIssue> warnings(const std::filesystem::path& file) {
  const auto ct = read_ct(file);
  INFO((ct ? "" : ct.error().detail));
  REQUIRE(ct);
  std::vector<InputIssue> out;
  for (const InputWarning& w : ct.value().warnings) out.push_back(w.issue);
  return out;
}

}  // namespace

TEST_CASE("H8: an NRRD without origin warns; without space, axes or millimetres it is refused") {
  const TempFolder folder;
  const auto file = folder / "a.nrrd";
  write_nrrd(file, small_geometry());
  CHECK(warnings(file).empty());
  with_line(file, "space origin", "");
  CHECK(warnings(file) == std::vector{InputIssue::position_assumed});
  write_nrrd(file, small_geometry());
  with_line(file, "space directions", "space directions: (1.5,0,0) (0,1,0) none\n");
  CHECK(refusal(file) ==
        "expected three vectors in 'space directions', found (1.5,0,0) (0,1,0) none");
  with_line(file, "space directions", "spacings: 1 1 1\n");
  CHECK(refusal(file) == "expected 'space directions' in the header, found none");
  with_line(file, "space: ", "space dimension: 3\n");
  CHECK(refusal(file).starts_with("expected 'space: left-posterior-superior' or another"));
  write_nrrd(file, small_geometry());
  with_line(file, "space origin", "space origin: (0,0,0)\nspace units: \"mm\" \"mm\" \"mm\"\n");
  CHECK(warnings(file).empty());
  with_line(file, "space: ", "space: scanner-xyz\n");  // a frame, but not of the patient
  CHECK(refusal(file).ends_with("left-posterior-superior or another, found scanner-xyz"));
  with_line(file, "space: ", "space: RAS\n");
  CHECK(warnings(file).empty());
  with_line(file, "space units", "space units: \"mm\" \"mm\" \"cm\"\n");
  CHECK(refusal(file) == "expected space units \"mm\", found \"mm\" \"mm\" \"cm\"");
}

TEST_CASE(
    "H8: a MetaImage without place or axes warns; without spacing or millimetres it is "
    "refused") {
  const TempFolder folder;
  const auto file = folder / "a.mha";
  write_meta(file, small_geometry());
  CHECK(warnings(file).empty());
  with_line(file, "Offset", "");
  with_line(file, "TransformMatrix", "");
  CHECK(warnings(file) == std::vector{InputIssue::position_assumed, InputIssue::position_assumed});
  with_line(file, "ElementSpacing", "DistanceUnits = mm\nElementSize = 1.5 1 2\n");
  CHECK(warnings(file).size() == 2);
  with_line(file, "DistanceUnits", "DistanceUnits = um\n");
  CHECK(refusal(file) == "expected DistanceUnits = mm, found um");
  with_line(file, "ElementSize", "");
  CHECK(refusal(file) == "expected 'ElementSpacing' in the header, found none");
  for (const std::string key : {"NDims", "DimSize", "ElementType", "ElementDataFile"}) {
    write_meta(file, small_geometry());
    with_line(file, key, "X" + key + " = 1\n");
    CHECK(refusal(file) == "expected '" + key + "' in the header, found none");
  }
}

TEST_CASE("H8: a NIfTI is read once its own header states one place, packed or not") {
  const TempFolder folder;
  for (const char* name : {"a.nii", "a.nii.gz"}) {
    write_nifti(folder / name, oblique_geometry());
    CHECK(check_volume_header(folder / name, ImageFormat::nifti));
  }
  std::string bytes = read_file(folder / "a.nii");
  bytes[254] = 0;
  write_file(folder / "a.nii", bytes);
  CHECK(refusal(folder / "a.nii") == "expected an orientation (qform or sform), found none");
}
