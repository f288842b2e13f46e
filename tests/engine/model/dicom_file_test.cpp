#include "engine/model/dicom_file.hpp"

#include <dcmtk/dcmdata/dctk.h>

#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "engine/model/dicom_elements.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

constexpr const char* ct_image = "1.2.840.10008.5.1.4.1.1.2";
constexpr const char* explicit_little = "1.2.840.10008.1.2.1";

// One element, PatientID, explicit VR little endian.
std::string data_set() { return std::string("\x10\0\x20\0LO\x4\0ABCD", 12); }

}  // namespace

TEST_CASE("what is put before a data set makes a file that DCMTK opens strictly") {
  // Odd and even lengths: values are padded to even ones.
  for (const std::string instance : {"1.2.3", "1.2.34"}) {
    INFO(instance);
    const TempFolder folder;
    write_file(folder / "a.dcm", dicom_file_head(ct_image, instance, explicit_little) + data_set());
    DcmFileFormat file;
    REQUIRE(file.loadFile((folder / "a.dcm").c_str(), EXS_Unknown, EGL_noChange, DCM_MaxReadLength,
                          ERM_fileOnly)
                .good());
    DcmMetaInfo& meta = *file.getMetaInfo();
    OFString text;
    CHECK(meta.findAndGetOFString(DCM_MediaStorageSOPClassUID, text).good());
    CHECK(text == ct_image);
    CHECK(meta.findAndGetOFString(DCM_MediaStorageSOPInstanceUID, text).good());
    CHECK(text == instance.c_str());
    CHECK(meta.getOriginalXfer() == EXS_LittleEndianExplicit);
    CHECK(file.getDataset()->getOriginalXfer() == EXS_LittleEndianExplicit);
    CHECK(file.getDataset()->findAndGetOFString(DCM_PatientID, text).good());
    CHECK(text == "ABCD");
  }
}

TEST_CASE("the group length says where the file meta information ends") {
  const std::string head = dicom_file_head(ct_image, "1.2.3", explicit_little);
  CHECK(head.substr(0, 128) == std::string(128, '\0'));
  CHECK(head.substr(128, 4) == "DICM");
  // Its own element is 12 bytes: group, number, UL, length 4, value.
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(head[i]); };
  const std::size_t length =
      byte(140) + 256U * byte(141) + 65536U * byte(142) + 16777216U * byte(143);
  CHECK(head.size() == 128 + 4 + 12 + length);
}

TEST_CASE("the header check reads the same file") {
  const auto set = walk_dicom(dicom_file_head(ct_image, "1.2.3", explicit_little) + data_set());
  REQUIRE(set);
}

TEST_CASE("a UID is 1 to 64 digits and dots, and nothing that a path or a log would take wrong") {
  CHECK(is_uid("1.2.840.10008.1.2"));
  CHECK(is_uid(std::string(64, '1')));
  CHECK_FALSE(is_uid(std::string(65, '1')));
  CHECK_FALSE(is_uid(""));
  for (const char* text : {"1.2/3", "1.2\n", "1.2 ", "a.b", "1.2\\3", "-1.2"}) {
    INFO(text);
    CHECK_FALSE(is_uid(text));
  }
  CHECK_FALSE(is_uid(std::string_view("1.2\0", 4)));
}
