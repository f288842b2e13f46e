#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmrt/drtstrct.h>

#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "dicom_objects.hpp"
#include "engine/model/contour_surface.hpp"
#include "engine/model/dicom_object.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

Roi sphere(int number, const std::string& name, const Eigen::Vector3d& center, double radius_mm,
           double spacing_mm) {
  Roi roi{number, name, {}};
  const int n = static_cast<int>(radius_mm / spacing_mm);
  for (int k = -n; k <= n; ++k) {
    const double z = k * spacing_mm, r2 = radius_mm * radius_mm - z * z;
    if (r2 > 0.25)
      roi.contours.push_back(
          contour_text(circle(center + Eigen::Vector3d(0, 0, z), std::sqrt(r2))));
  }
  return roi;
}

struct File {
  TempFolder folder;
  std::filesystem::path path = folder / "rtstruct.dcm";

  [[nodiscard]] std::string refusal(const std::vector<Roi>& rois, const Spoil& spoil = {},
                                    const ObjectItem& item = {1, ""}) const {
    write_rtstruct(path, rois, spoil);
    const auto object = read_dicom_object(path, item);
    REQUIRE_FALSE(object);
    CHECK(object.error().detail.find('\n') == std::string::npos);
    return object.error().detail;
  }
};

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

const Roi& gtv() {
  static const Roi roi = sphere(1, "GTV", {5, -30, 100}, 15, 2.5);
  return roi;
}

}  // namespace

TEST_CASE("an ROI is read by number or name and becomes the sphere that was drawn") {
  const File f;
  write_rtstruct(f.path, {sphere(7, "Myelon", {40, 0, 100}, 6, 2.5), gtv()});
  for (const ObjectItem& item : {ObjectItem{1, ""}, ObjectItem{{}, "GTV"}}) {
    const auto object = read_dicom_object(f.path, item);
    REQUIRE(object);
    CHECK(object.value().frame_of_reference_uid == object_frame_uid);
    CHECK(object.value().stack.spacing_mm == Approx(2.5));
    const auto surface = make_contour_surface(object.value().stack);
    REQUIRE(surface);
    double squares = 0;
    for (const auto& p : surface.value().mesh.vertices_mm)
      squares += std::pow((p - Eigen::Vector3d(5, -30, 100)).norm() - 15, 2);
    CHECK(std::sqrt(squares / static_cast<double>(surface.value().mesh.vertices_mm.size())) < 0.18);
  }
}

TEST_CASE("DCMTK's own reader sees the same contours in the test's file") {
  const File f;
  write_rtstruct(f.path, {gtv()});
  DcmFileFormat format;
  REQUIRE(format.loadFile(f.path.c_str()).good());
  DRTStructureSetIOD peer;
  REQUIRE(peer.read(*format.getDataset()).good());
  DRTROIContourSequence::Item* roi = nullptr;
  REQUIRE(peer.getROIContourSequence().getItem(0, roi).good());
  CHECK(roi->getContourSequence().getNumberOfItems() == gtv().contours.size());
  DRTContourSequence::Item* contour = nullptr;
  REQUIRE(roi->getContourSequence().getItem(2, contour).good());
  OFVector<Float64> data;
  REQUIRE(contour->getContourData(data).good());
  const auto ours = read_dicom_object(f.path, {1, ""});
  REQUIRE(ours);
  CHECK(data.size() == 3 * ours.value().stack.slices[2].outlines[0].size());
  CHECK(ours.value().stack.slices[2].height_mm == Approx(data[2]));
}

TEST_CASE("a point written again at the end and a sum that type-2 attributes lack do not matter") {
  const File f;
  Roi roi = gtv();
  for (std::string& c : roi.contours) {
    std::size_t third = 0;
    for (int i = 0; i < 3; ++i) third = c.find('\\', third + 1);
    c += '\\' + c.substr(0, third);
  }
  write_rtstruct(f.path, {roi}, [](DcmDataset& d) {
    d.findAndDeleteElement(DCM_StructureSetLabel);
    d.findAndDeleteElement(DCM_PatientID);
    item_in(d, DCM_StructureSetROISequence).findAndDeleteElement(DCM_ROIGenerationAlgorithm);
  });
  CHECK(read_dicom_object(f.path, {1, ""}));
}

TEST_CASE("contours that bound nothing are refused, each with its own line") {
  const File f;
  Roi roi = gtv();
  roi.geometric_type = "POINT";
  says(f.refusal({roi}),
       "ROI 1 \"GTV\": contour 1: expected CLOSED_PLANAR outlines, found 'POINT'");
  roi.geometric_type = "OPEN_PLANAR";
  says(f.refusal({roi}), "found 'OPEN_PLANAR'");
  roi = gtv();
  roi.contours[1] = "1\\2\\95";
  says(f.refusal({roi}), "3 or more points, found one of 1");
  roi.contours[1] = "1\\2\\95\\7\\8\\95";
  says(f.refusal({roi}), "3 or more points, found one of 2");
}

TEST_CASE("contour data that is no points is refused") {
  const File f;
  Roi roi = gtv();
  roi.contours[3] += "\\1.0";
  says(f.refusal({roi}), "contour 4: ContourData: expected three numbers per point");
  roi = gtv();
  roi.contours[3].replace(0, roi.contours[3].find('\\'), "nan");
  says(f.refusal({roi}), "found 'nan' as number 1");
  roi = gtv();
  says(f.refusal({roi},
                 [](DcmDataset& d) {
                   item_in(item_in(d, DCM_ROIContourSequence), DCM_ContourSequence, 2)
                       .findAndDeleteElement(DCM_ContourData);
                 }),
       "contour 3: ContourData");
  says(f.refusal({roi},
                 [](DcmDataset& d) {
                   item_in(item_in(d, DCM_ROIContourSequence), DCM_ContourSequence)
                       .putAndInsertString(DCM_NumberOfContourPoints, "7");
                 }),
       "expected 7 points");
}

TEST_CASE("slices that are missing, doubled or askew are refused") {
  const File f;
  Roi roi = gtv();
  roi.contours.erase(roi.contours.begin() + 4, roi.contours.begin() + 7);
  says(f.refusal({roi}), "are slices missing");
  roi = gtv();
  roi.contours.push_back(contour_text(circle({5, -30, 100.4}, 14)));
  says(f.refusal({roi}), "twice");
  roi = gtv();
  Outline askew = circle({5, -30, 100}, 12);
  askew[10].z() += 2;
  roi.contours[4] = contour_text(askew);
  says(f.refusal({roi}), "parallel planes");
}

TEST_CASE("a contour twice in a slice is refused, islands that cross only where XOR is not said") {
  const File f;
  Roi roi = gtv();
  roi.contours.push_back(roi.contours[5]);
  says(f.refusal({roi}), "found an outline that is there twice");
  roi = gtv();
  roi.contours.push_back(contour_text(circle({17, -30, 100}, 8)));
  says(f.refusal({roi}), "slice at 100.00 mm along the normal");
  roi.geometric_type = "CLOSEDPLANAR_XOR";
  write_rtstruct(f.path, {roi});
  CHECK(read_dicom_object(f.path, {1, ""}));
}

TEST_CASE("empty sequences and ROIs without contours or frame are refused") {
  const File f;
  says(f.refusal({}), "found no ROI at all");
  Roi roi = gtv();
  roi.contours.clear();
  says(f.refusal({roi}), "expected closed outlines, found none");
  says(f.refusal({gtv()}, [](DcmDataset& d) { d.findAndDeleteElement(DCM_ROIContourSequence); }),
       "expected contours, found none");
  roi = gtv();
  says(f.refusal({roi},
                 [](DcmDataset& d) {
                   item_in(d, DCM_StructureSetROISequence)
                       .findAndDeleteElement(DCM_ReferencedFrameOfReferenceUID);
                 }),
       "ReferencedFrameOfReferenceUID, found none");
  says(f.refusal({gtv()}, {}, {{}, "PTV"}), "expected ROI \"PTV\", found only 1 \"GTV\"");
}
