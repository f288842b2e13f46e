#include "dicom_objects.hpp"

#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <dcmtk/dcmdata/dcuid.h>
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>

namespace trocar::test {
namespace {

void text(DcmItem& to, const DcmTagKey& tag, const std::string& value) {
  REQUIRE(to.putAndInsertString(tag, value.c_str()).good());
}

void number(DcmItem& to, const DcmTagKey& tag, int value) {
  REQUIRE(to.putAndInsertUint16(tag, static_cast<Uint16>(value)).good());
}

DcmItem& add_item(DcmItem& to, const DcmTagKey& sequence) {
  DcmItem* item = nullptr;
  REQUIRE(to.findOrCreateSequenceItem(sequence, item, -2).good());
  return *item;
}

void say_who(DcmDataset& data, const char* kind, const char* modality) {
  text(data, DCM_SOPClassUID, kind);
  text(data, DCM_SOPInstanceUID, "1.2.3.99");
  text(data, DCM_Modality, modality);
  text(data, DCM_PatientID, "TEST");
  text(data, DCM_StudyInstanceUID, "1.2.3.1");
  text(data, DCM_SeriesInstanceUID, "1.2.3.98");
}

void write(DcmFileFormat& format, const std::filesystem::path& file, const Spoil& spoil) {
  if (spoil) spoil(*format.getDataset());
  REQUIRE(format.saveFile(file.c_str(), EXS_LittleEndianExplicit).good());
}

void add_frame(DcmDataset& data, const SegFrame& frame) {
  DcmItem& groups = add_item(data, DCM_PerFrameFunctionalGroupsSequence);
  number(add_item(groups, DCM_SegmentIdentificationSequence), DCM_ReferencedSegmentNumber,
         frame.segment);
  text(add_item(groups, DCM_PlanePositionSequence), DCM_ImagePositionPatient,
       fmt::format("{:.4f}\\{:.4f}\\{:.4f}", frame.position.x(), frame.position.y(),
                   frame.position.z()));
}

std::vector<Uint8> packed(const Seg& seg) {
  std::vector<Uint8> bytes;
  std::size_t at = 0;
  for (const SegFrame& frame : seg.frames)
    for (const std::uint8_t pixel : frame.pixels) {
      if (seg.fractional) {
        bytes.push_back(pixel);
        continue;
      }
      if (at % 8 == 0) bytes.push_back(0);
      bytes.back() = static_cast<Uint8>(bytes.back() | (pixel << (at++ % 8)));
    }
  if (bytes.size() % 2 == 1) bytes.push_back(0);
  return bytes;
}

}  // namespace

Outline circle(const Eigen::Vector3d& center, double radius_mm, int points) {
  Outline o;
  for (int i = 0; i < points; ++i) {
    const double a = 2 * M_PI * i / points;
    o.emplace_back(center + radius_mm * Eigen::Vector3d(std::cos(a), std::sin(a), 0));
  }
  return o;
}

std::string contour_text(const Outline& outline) {
  std::string t;
  for (const Eigen::Vector3d& p : outline)
    t += fmt::format("{}{:.3f}\\{:.3f}\\{:.3f}", t.empty() ? "" : "\\", p.x(), p.y(), p.z());
  return t;
}

void write_rtstruct(const std::filesystem::path& file, const std::vector<Roi>& rois,
                    const Spoil& spoil) {
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  say_who(data, UID_RTStructureSetStorage, "RTSTRUCT");
  text(data, DCM_StructureSetLabel, "TEST");
  for (const Roi& roi : rois) {
    DcmItem& named = add_item(data, DCM_StructureSetROISequence);
    text(named, DCM_ROINumber, std::to_string(roi.number));
    text(named, DCM_ROIName, roi.name);
    text(named, DCM_ReferencedFrameOfReferenceUID, roi.frame_uid);
    text(named, DCM_ROIGenerationAlgorithm, "MANUAL");
    DcmItem& drawn = add_item(data, DCM_ROIContourSequence);
    text(drawn, DCM_ReferencedROINumber, std::to_string(roi.number));
    for (const std::string& points : roi.contours) {
      DcmItem& contour = add_item(drawn, DCM_ContourSequence);
      text(contour, DCM_ContourGeometricType, roi.geometric_type);
      const auto numbers = std::count(points.begin(), points.end(), '\\') + 1;
      text(contour, DCM_NumberOfContourPoints, std::to_string(numbers / 3));
      text(contour, DCM_ContourData, points);
    }
  }
  write(format, file, spoil);
}

void write_seg(const std::filesystem::path& file, const Seg& seg, const Spoil& spoil) {
  DcmFileFormat format;
  DcmDataset& data = *format.getDataset();
  say_who(data, UID_SegmentationStorage, "SEG");
  text(data, DCM_FrameOfReferenceUID, object_frame_uid);
  text(data, DCM_SegmentationType, seg.fractional ? "FRACTIONAL" : "BINARY");
  if (seg.fractional) number(data, DCM_MaximumFractionalValue, 255);
  text(data, DCM_NumberOfFrames, std::to_string(seg.frames.size()));
  number(data, DCM_SamplesPerPixel, 1);
  text(data, DCM_PhotometricInterpretation, "MONOCHROME2");
  number(data, DCM_Rows, seg.rows);
  number(data, DCM_Columns, seg.columns);
  number(data, DCM_BitsAllocated, seg.fractional ? 8 : 1);
  number(data, DCM_BitsStored, seg.fractional ? 8 : 1);
  number(data, DCM_HighBit, seg.fractional ? 7 : 0);
  number(data, DCM_PixelRepresentation, 0);
  for (std::size_t i = 0; i < seg.labels.size(); ++i) {
    DcmItem& segment = add_item(data, DCM_SegmentSequence);
    number(segment, DCM_SegmentNumber, static_cast<int>(i + 1));
    text(segment, DCM_SegmentLabel, seg.labels[i]);
  }
  DcmItem& shared = add_item(data, DCM_SharedFunctionalGroupsSequence);
  text(add_item(shared, DCM_PlaneOrientationSequence), DCM_ImageOrientationPatient,
       "1\\0\\0\\0\\1\\0");
  DcmItem& measures = add_item(shared, DCM_PixelMeasuresSequence);
  text(measures, DCM_PixelSpacing, fmt::format("{0}\\{0}", seg.spacing_mm));
  text(measures, DCM_SliceThickness, fmt::format("{}", seg.slice_mm));
  for (const SegFrame& frame : seg.frames) add_frame(data, frame);
  const std::vector<Uint8> bytes = packed(seg);
  REQUIRE(data.putAndInsertUint8Array(DCM_PixelData, bytes.data(),
                                      static_cast<unsigned long>(bytes.size()))
              .good());
  write(format, file, spoil);
}

void add_ball(Seg& seg, int number, const Eigen::Vector3d& center, double radius_mm) {
  const Eigen::Vector2d corner =
      center.head<2>() - 0.5 * seg.spacing_mm * Eigen::Vector2d(seg.columns - 1, seg.rows - 1);
  const int slices = static_cast<int>(radius_mm / seg.slice_mm);
  for (int k = -slices; k <= slices; ++k) {
    SegFrame frame{number, {corner.x(), corner.y(), center.z() + k * seg.slice_mm}, {}};
    for (int y = 0; y < seg.rows; ++y)
      for (int x = 0; x < seg.columns; ++x) {
        const Eigen::Vector3d p = frame.position + seg.spacing_mm * Eigen::Vector3d(x, y, 0);
        const double depth = (radius_mm - (p - center).norm()) / seg.spacing_mm;
        const double share = std::clamp(depth + 0.5, 0.0, 1.0);
        frame.pixels.push_back(static_cast<std::uint8_t>(seg.fractional ? std::lround(255 * share)
                                                                        : (depth > 0 ? 1 : 0)));
      }
    seg.frames.push_back(std::move(frame));
  }
}

DcmItem& item_in(DcmItem& of, const DcmTagKey& sequence, unsigned long index) {
  DcmItem* item = nullptr;
  REQUIRE(of.findAndGetSequenceItem(sequence, item, static_cast<signed long>(index)).good());
  return *item;
}

}  // namespace trocar::test
