#pragma once
#include <Eigen/Geometry>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/trocar/sequence_header.hpp"

namespace trocar {

// One frame of a sequence as PLUS and Slicer record it.
struct SequenceFrame {
  double timestamp_s = 0;
  std::map<std::string, Eigen::Isometry3d>
      poses;              // by field, "StylusToTracker"; of status OK alone
  bool has_image = true;  // ImageStatus is OK, or not said
};

struct Sequence {
  SequenceHeader header;
  std::vector<std::string> fields;  // every transform there is, sorted
  std::vector<SequenceFrame> frames;
  std::uint64_t not_rigid = 0;  // poses whose matrix is no rigid motion; they are left out
};

// The text part of `.igs.mha`, `.mhd` and `.igs.nrrd`; for pixels see
// sequence_pixels.hpp. Code::malformed with file and line, expected and found: no frames, a frame
// without a time or out of order, a matrix that is not 16 numbers; Code::inconsistent when the size
// stated is not the number of frames, or a header line contradicts another; Code::out_of_range
// beyond 1 GB of header or a million frames.
Result<Sequence> read_sequence(const std::filesystem::path& file);

}  // namespace trocar
