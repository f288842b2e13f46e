#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcdeftag.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcsequen.h>
#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "engine/model/dicom_object_readers.hpp"
#include "engine/model/mask_outlines.hpp"
#include "engine/model/segment_stack.hpp"

namespace trocar::dicom_object {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr int max_frames = 20'000;
constexpr int max_side = 4096;
constexpr std::size_t max_points = 5'000'000;  // of a segment's outlines, as of an ROI's
constexpr double farthest_mm = 10'000;         // from the origin of the patient's axes
constexpr double same_axis = 1e-4;

std::string text_of(DcmItem& in, const DcmTagKey& tag) {
  OFString text;
  in.findAndGetOFStringArray(tag, text);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.erase(text.size() - 1);
  return {text.c_str(), text.size()};
}

DcmItem* item_at(DcmItem* in, const DcmTagKey& tag, unsigned long i = 0) {
  DcmSequenceOfItems* sequence = nullptr;
  if (in == nullptr || in->findAndGetSequence(tag, sequence).bad() || sequence == nullptr)
    return nullptr;
  return i < sequence->card() ? sequence->getItem(i) : nullptr;
}

unsigned long count_of(DcmItem& in, const DcmTagKey& tag) {
  DcmSequenceOfItems* sequence = nullptr;
  if (in.findAndGetSequence(tag, sequence).bad() || sequence == nullptr) return 0;
  return sequence->card();
}

struct Pixels {
  int columns = 0, rows = 0, frames = 0;
  int bits = 1;       // 1: binary, 8: fractional
  double full = 1.0;  // of a fractional segmentation: MaximumFractionalValue
  const Uint8* bytes = nullptr;
  unsigned long size = 0;

  [[nodiscard]] std::vector<float> frame(int i) const {
    const std::size_t count = static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows);
    std::vector<float> share(count);
    const std::size_t first = count * static_cast<std::size_t>(i);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t at = first + k;  // of a binary one: frames follow each other bit by bit
      share[k] = bits == 1 ? static_cast<float>(bytes[at / 8] >> (at % 8) & 1)
                           : static_cast<float>(bytes[at] / full);
    }
    return share;
  }
};

Result<Pixels> layout_of(DcmItem& data) {
  Pixels p;
  Uint16 rows = 0, columns = 0, bits = 0;
  Sint32 frames = 0;
  data.findAndGetUint16(DCM_Rows, rows);
  data.findAndGetUint16(DCM_Columns, columns);
  data.findAndGetUint16(DCM_BitsAllocated, bits);
  data.findAndGetSint32(DCM_NumberOfFrames, frames);
  if (rows < 1 || columns < 1 || rows > max_side || columns > max_side || frames < 1 ||
      frames > max_frames)
    return Error{Code::out_of_range,
                 fmt::format("expected 1 to {} frames of up to {} x {} pixels, found {} of {} x {}",
                             max_frames, max_side, max_side, frames, columns, rows)};
  p.rows = rows;
  p.columns = columns;
  p.frames = frames;
  const std::string type = text_of(data, DCM_SegmentationType);
  p.bits = type == "BINARY" ? 1 : 8;
  if ((type != "BINARY" && type != "FRACTIONAL") || bits != p.bits)
    return Error{Code::unsupported, fmt::format("expected a BINARY segmentation of 1 bit or a "
                                                "FRACTIONAL one of 8, found '{}' of {}",
                                                type, bits)};
  if (p.bits == 8) {
    Uint16 full = 0;
    data.findAndGetUint16(DCM_MaximumFractionalValue, full);
    if (full < 1 || full > 255)
      return Error{Code::malformed, "expected a MaximumFractionalValue of 1 to 255, found none"};
    p.full = full;
  }
  return p;
}

// Rows, columns, frames, pixels and the frames' descriptions must tell the same: with too many of
// one of them, every frame after the first would be cut out at a wrong place.
Status check_sizes(DcmItem& data, const Pixels& p) {
  const auto bits = static_cast<std::uint64_t>(p.rows) * static_cast<std::uint64_t>(p.columns) *
                    static_cast<std::uint64_t>(p.frames) * static_cast<std::uint64_t>(p.bits);
  const std::uint64_t needed = (bits + 7) / 8;
  if (p.size != needed && p.size != needed + needed % 2)  // elements have even lengths
    return Error{Code::malformed,
                 fmt::format("expected {} bytes of pixels, {} frames of {} x {}, found {}", needed,
                             p.frames, p.columns, p.rows, p.size)};
  const unsigned long described = count_of(data, DCM_PerFrameFunctionalGroupsSequence);
  if (described != static_cast<unsigned long>(p.frames))
    return Error{Code::malformed,
                 fmt::format("expected an item in PerFrameFunctionalGroupsSequence for each of {} "
                             "frames, found {}",
                             p.frames, described)};
  return Done{};
}

Result<Pixels> pixels_of(DcmItem& data) {
  auto layout = layout_of(data);
  if (!layout) return layout;
  Pixels p = layout.value();
  DcmElement* element = nullptr;
  if (data.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr)
    return Error{Code::malformed, "expected pixels, found none"};
  // Bytes, or words of two in the machine's order, which is the file's: little endian.
  Uint8* bytes = nullptr;
  Uint16* words = nullptr;
  if (element->getUint8Array(bytes).bad() && element->getUint16Array(words).good())
    bytes = reinterpret_cast<Uint8*>(words);
  if (bytes == nullptr) return Error{Code::malformed, "expected pixels, found none"};
  p.bytes = bytes;
  p.size = element->getLength();
  const Status sizes = check_sizes(data, p);
  if (!sizes) return sizes.error();
  return p;
}

// An item of the functional groups of a frame, or of those that all frames share.
DcmItem* group_of(DcmItem& data, unsigned long frame, const DcmTagKey& tag) {
  DcmItem* own = item_at(item_at(&data, DCM_PerFrameFunctionalGroupsSequence, frame), tag);
  return own != nullptr ? own : item_at(item_at(&data, DCM_SharedFunctionalGroupsSequence), tag);
}

Result<std::vector<double>> group_numbers(DcmItem& data, unsigned long frame,
                                          const DcmTagKey& group, const DcmTagKey& tag,
                                          std::size_t count) {
  const std::string name = DcmTag(tag).getTagName();
  DcmItem* item = group_of(data, frame, group);
  auto numbers = item == nullptr ? Result<std::vector<double>>(std::vector<double>{})
                                 : numbers_in(text_of(*item, tag), name.c_str());
  if (numbers && numbers.value().size() == count) return numbers;
  return Error{Code::malformed,
               fmt::format("frame {}: expected {} numbers of {}, found {}", frame + 1, count, name,
                           numbers && item == nullptr ? "none" : "others")};
}

struct FramePlane {
  Eigen::Vector3d position, across, down, normal;
  double column_mm, row_mm;
};

Result<FramePlane> plane_of(DcmItem& data, unsigned long frame) {
  const auto position =
      group_numbers(data, frame, DCM_PlanePositionSequence, DCM_ImagePositionPatient, 3);
  if (!position) return position.error();
  const auto axes =
      group_numbers(data, frame, DCM_PlaneOrientationSequence, DCM_ImageOrientationPatient, 6);
  if (!axes) return axes.error();
  const auto spacing = group_numbers(data, frame, DCM_PixelMeasuresSequence, DCM_PixelSpacing, 2);
  if (!spacing) return spacing.error();
  FramePlane p{};
  p.position = Eigen::Vector3d::Map(position.value().data());
  p.across = Eigen::Vector3d::Map(axes.value().data());
  p.down = Eigen::Vector3d::Map(axes.value().data() + 3);
  p.row_mm = spacing.value()[0];  // DICOM writes row to row first
  p.column_mm = spacing.value()[1];
  p.normal = p.across.cross(p.down);
  const bool straight = std::abs(p.across.norm() - 1) < 1e-3 &&
                        std::abs(p.down.norm() - 1) < 1e-3 && std::abs(p.across.dot(p.down)) < 1e-3;
  if (!(p.position.cwiseAbs().maxCoeff() <= farthest_mm))
    return Error{Code::malformed,
                 fmt::format("frame {}: expected a position within {} mm, found another", frame + 1,
                             farthest_mm)};
  if (!straight || !(p.row_mm > 0.01 && p.row_mm < 20 && p.column_mm > 0.01 && p.column_mm < 20))
    return Error{
        Code::malformed,
        fmt::format("frame {}: expected axes at right angles and a pixel spacing of 0.01 to "
                    "20 mm, found others",
                    frame + 1)};
  return p;
}

// One frame's outlines, in the axes of the first. `points` counts those of the whole segment.
Result<ContourSlice> slice_of(const FramePlane& plane, const FramePlane& first,
                              const Pixels& pixels, unsigned long frame, std::size_t& points) {
  if ((plane.across - first.across).norm() > same_axis ||
      (plane.down - first.down).norm() > same_axis)
    return Error{
        Code::unsupported,
        fmt::format("frame {}: expected frames parallel to each other, found one that is not",
                    frame + 1)};
  const std::vector<float> share = pixels.frame(static_cast<int>(frame));
  const MaskSlice mask{pixels.columns, pixels.rows, share};
  points += count_outline_points(mask);
  if (points > max_points)
    return Error{Code::out_of_range,
                 fmt::format("frame {}: expected outlines of at most {} points in all frames up to "
                             "here, found {}: is this noise?",
                             frame + 1, max_points, points)};
  ContourSlice slice{plane.position.dot(first.normal), {}};
  for (const auto& outline : mask_outlines(mask)) {
    slice.outlines.emplace_back();
    for (const Eigen::Vector2d& p : outline) {
      const Eigen::Vector3d at = plane.position + plane.column_mm * p.x() * plane.across +
                                 plane.row_mm * p.y() * plane.down;
      slice.outlines.back().emplace_back(at.dot(first.across), at.dot(first.down));
    }
  }
  return slice;
}

// SpacingBetweenSlices, where the object says it.
Result<std::optional<double>> stated_spacing_mm(DcmItem& data, unsigned long frame) {
  DcmItem* measures = group_of(data, frame, DCM_PixelMeasuresSequence);
  const std::string text = measures == nullptr ? "" : text_of(*measures, DCM_SpacingBetweenSlices);
  if (text.empty()) return std::optional<double>{};
  const auto numbers = numbers_in(text, "SpacingBetweenSlices");
  if (!numbers) return numbers.error();
  return std::optional<double>{numbers.value().front()};
}

Result<ContourStack> segment_of(DcmItem& data, const Pixels& pixels, int number) {
  std::vector<ContourSlice> slices;
  std::size_t points = 0;
  std::optional<FramePlane> first;
  unsigned long first_frame = 0;
  for (unsigned long frame = 0; frame < static_cast<unsigned long>(pixels.frames); ++frame) {
    Uint16 of = 0;
    DcmItem* which = group_of(data, frame, DCM_SegmentIdentificationSequence);
    if (which == nullptr || which->findAndGetUint16(DCM_ReferencedSegmentNumber, of).bad())
      return Error{
          Code::malformed,
          fmt::format("frame {}: expected the number of its segment, found none", frame + 1)};
    if (of != number) continue;
    const auto plane = plane_of(data, frame);
    if (!plane) return plane.error();
    if (!first) first = plane.value(), first_frame = frame;
    auto slice = slice_of(plane.value(), *first, pixels, frame, points);
    if (!slice) return slice.error();
    slices.push_back(std::move(slice).value());
  }
  if (!first) return Error{Code::not_found, "expected frames, found none"};
  const auto stated = stated_spacing_mm(data, first_frame);
  if (!stated) return stated.error();
  Eigen::Matrix3d axes;
  axes << first->across, first->down, first->normal;
  return stack_frames(std::move(slices), axes, stated.value());
}

}  // namespace

Result<DicomObject> read_segmentation(DcmItem& data, const ObjectItem& item) {
  std::vector<Listed> listed;
  for (unsigned long i = 0; i < count_of(data, DCM_SegmentSequence); ++i) {
    DcmItem* segment = item_at(&data, DCM_SegmentSequence, i);
    Uint16 number = 0;
    if (segment == nullptr || segment->findAndGetUint16(DCM_SegmentNumber, number).bad())
      return Error{Code::malformed, "expected a SegmentNumber in each segment, found none in one"};
    listed.push_back({number, text_of(*segment, DCM_SegmentLabel)});
  }
  const auto chosen = choose(listed, item, "segment");
  if (!chosen) return chosen.error();
  const Listed& which = listed[chosen.value()];
  const auto refused = [&](const Error& e) {
    return Error{e.code, fmt::format("segment {} \"{}\": {}", which.number, which.name, e.detail)};
  };
  DicomObject out{text_of(data, DCM_FrameOfReferenceUID), {}};
  if (out.frame_of_reference_uid.empty())
    return refused({Code::malformed, "expected a FrameOfReferenceUID, found none"});
  const auto pixels = pixels_of(data);
  if (!pixels) return refused(pixels.error());
  auto stack = segment_of(data, pixels.value(), which.number);
  if (!stack) return refused(stack.error());
  out.stack = std::move(stack).value();
  return out;
}

}  // namespace trocar::dicom_object
