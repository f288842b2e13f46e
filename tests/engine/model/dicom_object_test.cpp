#include "engine/model/dicom_object.hpp"

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcuid.h>

#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "dicom_objects.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

const ObjectItem first{1, ""};

struct File {
  TempFolder folder;
  std::filesystem::path path = folder / "object.dcm";

  [[nodiscard]] Result<DicomObject> read(const ObjectItem& item = first) const {
    return read_dicom_object(path, item);
  }
  // One line, without the path.
  [[nodiscard]] std::string refusal(const ObjectItem& item = first) const {
    const auto object = read(item);
    REQUIRE_FALSE(object);
    const std::string text = object.error().detail;
    CHECK(text.find('\n') == std::string::npos);
    CHECK(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
  }
};

}  // namespace

TEST_CASE("what is no DICOM file, cut short or of another kind is refused by name") {
  const File f;
  write_file(f.path, "solid tumour\n");
  CHECK(f.refusal().find("expected a DICOM file") == 0);
  write_file(f.path, "");
  CHECK(f.refusal().find("expected a DICOM file") == 0);
  write_rtstruct(f.path, {{1, "GTV", {contour_text(circle({0, 0, 0}, 9))}}});
  const std::string whole = read_file(f.path);
  for (const double part : {0.3, 0.6, 0.9, 0.99}) {
    write_file(f.path,
               whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))));
    CHECK_FALSE(f.read());
  }
  write_rtstruct(f.path, {},
                 [](DcmDataset& d) { d.putAndInsertString(DCM_SOPClassUID, UID_CTImageStorage); });
  CHECK(f.refusal().find("found CTImageStorage") != std::string::npos);
  write_rtstruct(f.path, {}, [](DcmDataset& d) { d.findAndDeleteElement(DCM_SOPClassUID); });
  CHECK(f.refusal().find("another kind of object") != std::string::npos);
}

TEST_CASE("a file that is not there is an error that names it") {
  const File f;
  const auto object = f.read();
  REQUIRE_FALSE(object);
  CHECK(object.error().code == Code::io);
}
