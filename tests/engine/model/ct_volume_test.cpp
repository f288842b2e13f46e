#include "engine/model/ct_volume.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "engine/model/ct_gate.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

using Writer = std::function<void(const std::filesystem::path&, const VolumeGeometry&)>;
struct ImportPath {
  std::string name;
  Writer write;
};

const std::vector<ImportPath>& import_paths() {
  static const std::vector<ImportPath> paths{
      {"lps.nrrd", [](const auto& f, const auto& g) { write_nrrd(f, g); }},
      {"ras.nrrd", [](const auto& f, const auto& g) { write_nrrd(f, g, chiral, true); }},
      {"a.mha", [](const auto& f, const auto& g) { write_meta(f, g); }},
      {"a.nii", [](const auto& f, const auto& g) { write_nifti(f, g); }},
      {"a.nii.gz", [](const auto& f, const auto& g) { write_nifti(f, g); }},
      {"dicom", [](const auto& f, const auto& g) { write_dicom(f, g); }}};
  return paths;
}

std::string refusal(const std::filesystem::path& path) {
  const auto ct = read_ct(path);
  REQUIRE_FALSE(ct);
  CHECK(ct.error().detail.find('\n') == std::string::npos);
  CHECK(ct.error().detail.find(path.filename().string()) != std::string::npos);
  return ct.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

bool warns_of_spacing(const CtInput& ct) {
  return std::any_of(ct.warnings.begin(), ct.warnings.end(), [](const InputWarning& w) {
    return w.issue == InputIssue::slice_spacing_large;
  });
}

}  // namespace

TEST_CASE("H8: a chiral phantom has the same value at the same place through every import path") {
  const TempFolder folder;
  for (const auto& geometry : {small_geometry(), oblique_geometry()}) {
    for (const ImportPath& path : import_paths()) {
      INFO(path.name);
      std::filesystem::remove_all(folder / path.name);
      path.write(folder / path.name, geometry);
      const auto ct = read_ct(folder / path.name);
      INFO((ct ? "" : ct.error().detail));
      REQUIRE(ct);
      const CtVolume& v = *ct.value().volume;
      REQUIRE(v.geometry.size == geometry.size);
      CHECK((v.geometry.spacing_mm - geometry.spacing_mm).norm() < 1e-5);
      CHECK((v.geometry.origin.mm - geometry.origin.mm).norm() < 1e-4);
      CHECK((v.geometry.direction - geometry.direction).norm() < 1e-5);
      // Read place from the volume, value from the formula of the phantom: +-1 for rounding there.
      for (int z = 0; z < 4; ++z) {
        for (int y = 0; y < 5; ++y) {
          for (int x = 0; x < 6; ++x) {
            CHECK(std::abs(v.at(x, y, z) - chiral(v.geometry.at(Eigen::Vector3d(x, y, z)))) <= 1);
          }
        }
      }
    }
  }
}

TEST_CASE("H8: a left-handed volume is refused by each path that can carry one") {
  const TempFolder folder;
  VolumeGeometry mirrored = small_geometry();
  mirrored.direction.col(0) *= -1;
  for (const ImportPath& path : import_paths()) {
    if (path.name == "dicom") continue;  // slices are stacked along row x column: always right
    path.write(folder / path.name, mirrored);
    CHECK(says(refusal(folder / path.name), "direction_left_handed"));
  }
}

TEST_CASE("H13: slice spacing 2.01 mm is a warning by each import path, 2.00 mm is none") {
  const TempFolder folder;
  for (const ImportPath& path : import_paths()) {
    INFO(path.name);
    VolumeGeometry g = small_geometry();
    path.write(folder / path.name, g);
    const auto even = read_ct(folder / path.name);
    REQUIRE(even);
    CHECK_FALSE(warns_of_spacing(even.value()));
    g.spacing_mm.z() = 2.01;
    path.write(folder / path.name, g);
    const auto wide = read_ct(folder / path.name);
    REQUIRE(wide);
    CHECK(warns_of_spacing(wide.value()));
  }
}

TEST_CASE("a volume without a statement of its axes is refused, not guessed") {
  const TempFolder folder;
  write_nrrd(folder / "a.nrrd", small_geometry());
  std::string text = read_file(folder / "a.nrrd");
  text.replace(text.find("space: left-posterior-superior"), 30, "space dimension: 3");
  write_file(folder / "a.nrrd", text);
  CHECK(says(refusal(folder / "a.nrrd"), "space"));
  write_nifti(folder / "a.nii", small_geometry());
  text = read_file(folder / "a.nii");
  text[254] = 0;
  write_file(folder / "a.nii", text);
  CHECK(says(refusal(folder / "a.nii"), "orientation"));
}

TEST_CASE("a volume file cut short is refused in one line") {
  const TempFolder folder;
  for (const ImportPath& path : import_paths()) {
    if (path.name == "dicom") continue;
    INFO(path.name);
    path.write(folder / path.name, small_geometry());
    const std::string whole = read_file(folder / path.name);
    for (const std::size_t cut : {whole.size() - 40, whole.size() / 2, std::size_t{20}}) {
      write_file(folder / path.name, whole.substr(0, cut));
      refusal(folder / path.name);
    }
  }
}

TEST_CASE("what is no image is refused in one line") {
  const TempFolder folder;
  write_file(folder / "a.nrrd", "not an image");
  CHECK(says(refusal(folder / "a.nrrd"), "expected a DICOM folder, NRRD"));
  CHECK(says(refusal(folder / "absent.nrrd"), "found nothing"));
  write_file(folder / "huge.nrrd",
             "NRRD0004\ntype: int16\ndimension: 3\nspace: left-posterior-superior\n"
             "sizes: 100000 100000 100000\nspace directions: (1,0,0) (0,1,0) (0,0,1)\n"
             "endian: little\nencoding: raw\nspace origin: (0,0,0)\n\n");
  refusal(folder / "huge.nrrd");
}

TEST_CASE("labels are whole and not negative") {
  const TempFolder folder;
  const auto seven = [](const Point<Preop>&) { return std::int16_t{7}; };
  write_nrrd(folder / "l.nrrd", small_geometry(), seven);
  const auto labels = read_labels(folder / "l.nrrd");
  REQUIRE(labels);
  CHECK(labels.value()->labels == std::vector<std::uint16_t>(120, 7));
  write_nrrd(folder / "l.nrrd", small_geometry(),
             [](const Point<Preop>&) { return std::int16_t{-1}; });
  const auto negative = read_labels(folder / "l.nrrd");
  REQUIRE_FALSE(negative);
  CHECK(says(negative.error().detail, "found -1"));
}
