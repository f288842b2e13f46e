#include "engine/model/dicom_slice.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

DicomElements elements(const DicomTags& changed) {
  const TempFolder folder;
  DicomTags tags = slice_tags(small_geometry(), 2);
  for (const auto& [tag, value] : changed) tags[tag] = value;
  write_dicom_slice(folder / "a.dcm", small_geometry(), 2, tags);
  const auto set = walk_dicom(read_file(folder / "a.dcm"));
  REQUIRE(set);
  return set.value();
}

}  // namespace

TEST_CASE("an object says whose it is and which one of how many") {
  const ObjectIdentity id =
      identify_object(elements({{"0020,0013", " 7 "}, {"0020,1002", "120"}, {"0010,0020", "P 1"}}));
  CHECK(id.sop_class == dicom_class::ct_image);
  CHECK(id.instance_uid == "1.2.3.4.3");
  CHECK(id.patient_id == "P 1");
  CHECK(id.study_uid == "1.2.3.1");
  CHECK(id.series_uid == "1.2.3.2");
  CHECK(id.instance_number == 7);
  CHECK(id.images_in_acquisition == 120);
}

TEST_CASE("a number that is absent or no number is nothing, not zero") {
  const ObjectIdentity id = identify_object(elements({{"0020,0013", "x7"}}));
  CHECK_FALSE(id.instance_number);
  CHECK_FALSE(id.images_in_acquisition);
  CHECK_FALSE(identify_object(elements({{"0020,0013", "99999999999"}})).instance_number);
}

TEST_CASE("a slice is described in mm and LPS") {
  const auto slice = describe_slice(elements({}), "a.dcm");
  REQUIRE(slice);
  CHECK(slice.value().size == std::array{6, 5});
  CHECK(slice.value().spacing_mm.isApprox(Eigen::Vector2d(1.5, 1.0)));
  CHECK(slice.value().position.mm.isApprox(Eigen::Vector3d(10, -20, 34)));
}

TEST_CASE("a slice that cannot be placed or scaled is refused with what was expected") {
  const auto refusal = [](const std::string& tag, const std::string& value) {
    const auto slice = describe_slice(elements({{tag, value}}), "a.dcm");
    return slice ? "accepted" : slice.error().detail;
  };
  CHECK(refusal("0028,1053", "0") == "expected a RescaleSlope other than 0, found 0");
  CHECK(refusal("0020,0032", "1\\2").find("ImagePositionPatient") != std::string::npos);
  CHECK(refusal("0028,0008", "2").find("one slice per file") != std::string::npos);
  CHECK(refusal("0028,0030", "a\\b").find("PixelSpacing") != std::string::npos);
}

TEST_CASE("texts lose the padding of DICOM, numbers must be finite and as many as asked for") {
  CHECK(dicom_text(elements({{"0010,0020", "  P1 "}}), 0x00100020) == "P1");
  CHECK(dicom_text({}, 0x00100020).empty());
  CHECK(dicom_numbers("+1.5\\-2e1", 2) == std::vector{1.5, -20.0});
  CHECK_FALSE(dicom_numbers("1\\2\\3", 2));
  CHECK_FALSE(dicom_numbers("nan", 1));
}
