#pragma once
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcfilefo.h>

#include <Eigen/Core>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

// RTSTRUCT and SEG objects, made attribute by attribute so that each can be spoiled.
namespace trocar::test {

using Outline = std::vector<Eigen::Vector3d>;
Outline circle(const Eigen::Vector3d& center, double radius_mm, int points = 72);
// As ContourData writes it.
std::string contour_text(const Outline& outline);

constexpr const char* object_frame_uid = "1.2.3.3";

struct Roi {
  int number;
  std::string name;
  std::vector<std::string> contours;  // ContourData of each
  std::string geometric_type = "CLOSED_PLANAR";
  std::string frame_uid = object_frame_uid;
};
// Changes the dataset before it is written.
using Spoil = std::function<void(DcmDataset&)>;
void write_rtstruct(const std::filesystem::path& file, const std::vector<Roi>& rois,
                    const Spoil& spoil = {});

struct SegFrame {
  int segment;
  Eigen::Vector3d position;
  std::vector<std::uint8_t> pixels;  // one per pixel: 0 or 1, or 0 to 255 of a fractional one
};
struct Seg {
  int columns = 0, rows = 0;
  double spacing_mm = 1.0, slice_mm = 1.0;
  std::vector<std::string> labels;  // segments 1, 2, ...
  std::vector<SegFrame> frames;
  bool fractional = false;
};
void write_seg(const std::filesystem::path& file, const Seg& seg, const Spoil& spoil = {});

// A ball in voxels of `spacing_mm` and slices of `slice_mm`: segment `number`.
void add_ball(Seg& seg, int number, const Eigen::Vector3d& center, double radius_mm);

// The item of a sequence, by index: for spoiling.
DcmItem& item_in(DcmItem& of, const DcmTagKey& sequence, unsigned long index = 0);

}  // namespace trocar::test
