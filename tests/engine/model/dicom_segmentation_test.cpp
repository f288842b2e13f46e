#include <dcmtk/dcmdata/dcdeftag.h>

#include <catch2/catch.hpp>

#include "ct_files.hpp"
#include "dicom_objects.hpp"
#include "engine/model/contour_surface.hpp"
#include "engine/model/dicom_object.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

const Eigen::Vector3d center(12, -40, 210);

// 43 x 41: no whole bytes per row or frame, so that bits must be counted over the frames.
Seg ball(double slice_mm = 2.5, bool fractional = false) {
  Seg seg;
  seg.columns = 43;
  seg.rows = 41;
  seg.spacing_mm = 0.8;
  seg.slice_mm = slice_mm;
  seg.labels = {"Tumour", "Cord"};
  seg.fractional = fractional;
  add_ball(seg, 2, center + Eigen::Vector3d(3, 0, 0), 6);
  add_ball(seg, 1, center, 15);
  return seg;
}

struct File {
  TempFolder folder;
  std::filesystem::path path = folder / "seg.dcm";

  [[nodiscard]] Result<DicomObject> read(const Seg& seg, const Spoil& spoil = {},
                                         const ObjectItem& item = {1, ""}) const {
    write_seg(path, seg, spoil);
    return read_dicom_object(path, item);
  }
  [[nodiscard]] std::string refusal(const Seg& seg, const Spoil& spoil = {},
                                    const ObjectItem& item = {1, ""}) const {
    const auto object = read(seg, spoil, item);
    REQUIRE_FALSE(object);
    CHECK(object.error().detail.find('\n') == std::string::npos);
    return object.error().detail;
  }
};

double rms_off_mm(const DicomObject& object, const Eigen::Vector3d& of, double radius_mm) {
  const auto surface = make_contour_surface(object.stack);
  REQUIRE(surface);
  double squares = 0;
  for (const auto& p : surface.value().mesh.vertices_mm)
    squares += std::pow((p - of).norm() - radius_mm, 2);
  return std::sqrt(squares / static_cast<double>(surface.value().mesh.vertices_mm.size()));
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

DcmItem& groups(DcmDataset& d, unsigned long frame) {
  return item_in(d, DCM_PerFrameFunctionalGroupsSequence, frame);
}

DcmItem& measures(DcmDataset& d) {
  return item_in(item_in(d, DCM_SharedFunctionalGroupsSequence), DCM_PixelMeasuresSequence);
}

}  // namespace

TEST_CASE("a segment becomes the ball it was made from, by number or label") {
  const File f;
  const auto tumour = f.read(ball());
  REQUIRE(tumour);
  CHECK(tumour.value().frame_of_reference_uid == object_frame_uid);
  CHECK(tumour.value().stack.spacing_mm == Approx(2.5));
  // A pixel of 0.8 mm in the plane, a slice of 2.5 mm along: the mask itself is off by more.
  CHECK(rms_off_mm(tumour.value(), center, 15) < 0.25);
  const auto cord = f.read(ball(), {}, {{}, "Cord"});
  REQUIRE(cord);
  CHECK(rms_off_mm(cord.value(), center + Eigen::Vector3d(3, 0, 0), 6) < 0.4);
}

TEST_CASE("a fractional segment is cut at one half, between the pixels") {
  const File f;
  const auto object = f.read(ball(1.0, true));
  REQUIRE(object);
  CHECK(rms_off_mm(object.value(), center, 15) < 0.12);
}

TEST_CASE("frames in any order, and slices left out because they are empty, are two islands") {
  const File f;
  Seg seg = ball();
  std::reverse(seg.frames.begin(), seg.frames.end());
  add_ball(seg, 1, center + Eigen::Vector3d(0, 0, 50), 8);
  const auto object = f.read(seg);
  REQUIRE(object);
  const auto surface = make_contour_surface(object.value().stack);
  REQUIRE(surface);
  double between = 0;
  for (const auto& p : surface.value().mesh.vertices_mm)
    if (p.z() > center.z() + 20 && p.z() < center.z() + 38) ++between;
  CHECK(between == 0);
}

TEST_CASE("a frame twice, off the raster or turned is refused") {
  const File f;
  Seg twice = ball();
  twice.frames.push_back(twice.frames.back());
  says(f.refusal(twice), "expected one frame per slice, found two");
  Seg shifted = ball();
  shifted.frames[12].position.z() += 1.0;
  says(f.refusal(shifted), "expected a slice every");
  says(f.refusal(ball(),
                 [](DcmDataset& d) {
                   DcmItem* item = nullptr;
                   groups(d, 9).findOrCreateSequenceItem(DCM_PlaneOrientationSequence, item, -2);
                   item->putAndInsertString(DCM_ImageOrientationPatient, "0\\1\\0\\-1\\0\\0");
                 }),
       "parallel to each other");
}

TEST_CASE("frames without place, segment, axes or spacing are refused") {
  const File f;
  says(f.refusal(
           ball(),
           [](DcmDataset& d) { groups(d, 8).findAndDeleteElement(DCM_PlanePositionSequence); }),
       "frame 9: expected 3 numbers of ImagePositionPatient, found none");
  says(f.refusal(ball(),
                 [](DcmDataset& d) {
                   groups(d, 3).findAndDeleteElement(DCM_SegmentIdentificationSequence);
                 }),
       "frame 4: expected the number of its segment");
  says(f.refusal(ball(),
                 [](DcmDataset& d) {
                   item_in(d, DCM_SharedFunctionalGroupsSequence)
                       .findAndDeleteElement(DCM_PlaneOrientationSequence);
                 }),
       "ImageOrientationPatient");
  says(f.refusal(ball(),
                 [](DcmDataset& d) {
                   item_in(item_in(d, DCM_SharedFunctionalGroupsSequence),
                           DCM_PixelMeasuresSequence)
                       .putAndInsertString(DCM_PixelSpacing, "0\\0");
                 }),
       "pixel spacing");
  says(f.refusal(
           ball(),
           [](DcmDataset& d) { d.findAndDeleteElement(DCM_PerFrameFunctionalGroupsSequence); }),
       "frames, found 0");
  says(f.refusal(ball(), [](DcmDataset& d) { d.findAndDeleteElement(DCM_FrameOfReferenceUID); }),
       "FrameOfReferenceUID, found none");
}

TEST_CASE("pixels that are too few, of another type or compressed are refused") {
  const File f;
  says(f.refusal(ball(), [](DcmDataset& d) { d.putAndInsertString(DCM_NumberOfFrames, "19999"); }),
       "19999 frames of 43 x 41, found");
  says(f.refusal(ball(), [](DcmDataset& d) { d.putAndInsertString(DCM_NumberOfFrames, "999999"); }),
       "found 999999 of 43 x 41");
  says(f.refusal(ball(), [](DcmDataset& d) { d.putAndInsertUint16(DCM_Rows, 0); }), "found");
  says(f.refusal(ball(), [](DcmDataset& d) { d.findAndDeleteElement(DCM_PixelData); }),
       "expected pixels, found none");
  says(f.refusal(ball(),
                 [](DcmDataset& d) { d.putAndInsertString(DCM_SegmentationType, "LABELMAP"); }),
       "'LABELMAP'");
  says(f.refusal(ball(2.5, true),
                 [](DcmDataset& d) { d.findAndDeleteElement(DCM_MaximumFractionalValue); }),
       "MaximumFractionalValue");
}

TEST_CASE("segments that are not there are answered with those that are") {
  const File f;
  says(f.refusal(ball(), {}, {{}, "Dura"}), "found only 1 \"Tumour\", 2 \"Cord\"");
  says(f.refusal(ball(), [](DcmDataset& d) { d.findAndDeleteElement(DCM_SegmentSequence); }),
       "no segment at all");
  Seg none = ball();
  std::erase_if(none.frames, [](const SegFrame& frame) { return frame.segment == 1; });
  says(f.refusal(none), "segment 1 \"Tumour\": expected frames, found none");
}

TEST_CASE("a single slice bounds nothing, whatever its thickness, nor do slices without pixels") {
  const File f;
  Seg seg = ball();
  std::erase_if(seg.frames, [](const SegFrame& frame) { return frame.segment == 1; });
  seg.frames.push_back({1, center, std::vector<std::uint8_t>(43 * 41, 1)});
  says(f.refusal(seg), "expected frames in two or more slices, found one slice");
  seg.frames.back().pixels.assign(43 * 41, 0);
  seg.frames.push_back(seg.frames.back());
  seg.frames.back().position.z() += 2.5;
  const auto object = f.read(seg);
  if (object) CHECK_FALSE(make_contour_surface(object.value().stack));
}

TEST_CASE("slices thinner or thicker than their distance are the same ball, in one part") {
  const File f;
  for (const char* thickness : {"1", "0.5", "5"}) {
    const auto object = f.read(ball(2.0), [&](DcmDataset& d) {
      measures(d).putAndInsertString(DCM_SliceThickness, thickness);
    });
    REQUIRE(object);
    CHECK(object.value().stack.spacing_mm == Approx(2.0));
    CHECK(object.value().stack.slices.size() == 15);
    CHECK(rms_off_mm(object.value(), center, 15) < 0.25);
  }
}

TEST_CASE("SpacingBetweenSlices of either sign must be the distance of the frames") {
  const File f;
  const auto stating = [](const char* mm) {
    return [mm](DcmDataset& d) { measures(d).putAndInsertString(DCM_SpacingBetweenSlices, mm); };
  };
  for (const char* mm : {"2", "-2", ""}) CHECK(f.read(ball(2.0), stating(mm)));
  for (const char* mm : {"1", "3", "4", "0"})
    says(f.refusal(ball(2.0), stating(mm)),
         "as SpacingBetweenSlices says, found them every 2.00 mm: are slices missing?");
  says(f.refusal(ball(2.0), stating("x")), "SpacingBetweenSlices: expected numbers");
}

TEST_CASE("sizes that contradict the pixels or the frames' items are refused") {
  const File f;
  const auto frames = static_cast<int>(ball().frames.size());
  says(f.refusal(ball(),
                 [&](DcmDataset& d) {
                   d.putAndInsertString(DCM_NumberOfFrames, std::to_string(frames - 6).c_str());
                 }),
       "bytes of pixels");
  const auto rows = [](Uint16 value) {
    return [value](DcmDataset& d) { d.putAndInsertUint16(DCM_Rows, value); };
  };
  says(f.refusal(ball(), rows(40)), "bytes of pixels");
  says(f.refusal(ball(), rows(42)), "bytes of pixels");
  const auto more = [](DcmDataset& d) {
    DcmItem* item = nullptr;
    d.findOrCreateSequenceItem(DCM_PerFrameFunctionalGroupsSequence, item, -2);
  };
  says(f.refusal(ball(), more), "found " + std::to_string(frames + 1));
  const auto fewer = [](DcmDataset& d) {
    d.findAndDeleteSequenceItem(DCM_PerFrameFunctionalGroupsSequence, 3);
  };
  says(f.refusal(ball(), fewer), "found " + std::to_string(frames - 1));
}

TEST_CASE("two thousand frames of another segment cost no memory and little time") {
  const File f;
  Seg seg = ball();
  const std::vector<std::uint8_t> empty(43 * 41, 0);
  for (int i = 0; i < 2000; ++i) seg.frames.push_back({2, {0, 0, 400.0 + i}, empty});
  CHECK(f.read(seg));
}

TEST_CASE("frames of noise are refused before outlines are made of them") {
  const File f;
  Seg seg;
  seg.columns = seg.rows = 1500;
  seg.spacing_mm = 0.1;
  seg.labels = {"Tumour"};
  std::vector<std::uint8_t> board;
  for (int y = 0; y < 1500; ++y)
    for (int x = 0; x < 1500; ++x) board.push_back(static_cast<std::uint8_t>((x + y) % 2));
  for (int z = 0; z < 2; ++z) seg.frames.push_back({1, {0, 0, 1.0 * z}, board});
  // Each of the 1500 x 1500 / 2 pixels has four sides: 4.5 million points in a frame.
  says(f.refusal(seg),
       "frame 2: expected outlines of at most 5000000 points in all frames up to "
       "here, found 9000000: is this noise?");
}
