#include "engine/model/image_format.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

// What a file of this name with these bytes is taken for; or the refusal.
std::string taken_for(const std::string& name, const std::string& bytes) {
  const TempFolder folder;
  write_file(folder / name, bytes);
  const auto f = detect_image_format(folder / name);
  if (!f) {
    CHECK(f.error().code == Code::unsupported);
    CHECK(f.error().detail.starts_with((folder / name).string() + ": "));
    return f.error().detail.substr((folder / name).string().size() + 2);
  }
  switch (f.value()) {
    case ImageFormat::dicom_folder:
      return "dicom";
    case ImageFormat::nrrd:
      return "nrrd";
    case ImageFormat::meta_image:
      return "meta";
    case ImageFormat::nifti:
      return "nifti";
  }
  return "";
}

std::string nifti(const std::string& magic) { return std::string(344, '\0') + magic + '\0'; }

constexpr const char* neither =
    "expected a DICOM folder, NRRD, MetaImage (.mha, .mhd) or NIfTI, found neither";

}  // namespace

TEST_CASE("a folder is a DICOM folder, what is not there is not found") {
  const TempFolder folder;
  const auto f = detect_image_format(folder.path());
  REQUIRE(f);
  CHECK(f.value() == ImageFormat::dicom_folder);
  const auto nothing = detect_image_format(folder / "absent.nrrd");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == Code::not_found);
  CHECK(nothing.error().detail.starts_with((folder / "absent.nrrd").string()));
}

TEST_CASE("files this project's tests write are known for what they are") {
  const TempFolder folder;
  write_nrrd(folder / "a", small_geometry());
  write_meta(folder / "a.mha", small_geometry());
  write_nifti(folder / "a.nii", small_geometry());
  write_nifti(folder / "a.nii.gz", small_geometry());
  CHECK(detect_image_format(folder / "a").value() == ImageFormat::nrrd);
  CHECK(detect_image_format(folder / "a.mha").value() == ImageFormat::meta_image);
  CHECK(detect_image_format(folder / "a.nii").value() == ImageFormat::nifti);
  CHECK(detect_image_format(folder / "a.nii.gz").value() == ImageFormat::nifti);
}

TEST_CASE("the content decides, not the name") {
  CHECK(taken_for("a.nii", "NRRD0004\n") == "nrrd");
  CHECK(taken_for("a.nrrd", nifti("n+1")) == "nifti");
  CHECK(taken_for("a", nifti("ni1")) == "nifti");
  CHECK(taken_for("a.nrrd", "NRRD") == neither);
  CHECK(taken_for("a.nii", nifti("n+2")) == neither);
  CHECK(taken_for("a.nii", nifti("n+1").substr(0, 347)) == neither);
}

TEST_CASE("where the content says too little the name counts, in either case") {
  CHECK(taken_for("a.mhd", "ObjectType = Image\nNDims = 3\n") == "meta");
  CHECK(taken_for("A.MHA", "NDims = 3\n") == "meta");
  CHECK(taken_for("a.txt", "ObjectType = Image\nNDims = 3\n") == neither);
  CHECK(taken_for("a.mha", "hello\n") == neither);
  CHECK(taken_for("a.nii.gz", "\x1f\x8b\x08") == "nifti");
  CHECK(taken_for("a.gz", "\x1f\x8b\x08") == neither);
}

TEST_CASE("one file of a DICOM series is told to be given as its folder") {
  CHECK(taken_for("slice.dcm", std::string(128, '\0') + "DICM rest") ==
        "expected the folder of a DICOM series, found one file of it");
  CHECK(taken_for("empty", "") == neither);
}
