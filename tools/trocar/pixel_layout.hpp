#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/base/result.hpp"
#include "engine/data/image_frame.hpp"
#include "tools/trocar/sequence_header.hpp"

namespace trocar {

// Where the pixels of a sequence are, and how they lie there.
struct PixelLayout {
  std::filesystem::path file;
  std::uint64_t offset = 0;                    // in it
  bool is_packed = false;                      // by zlib or gzip
  std::optional<std::uint64_t> packed_bytes;   // when the header says
  PixelType type = PixelType::uint8;           // of each number
  bool is_big_endian = false;                  // these
  std::array<std::uint16_t, 3> size{1, 1, 1};  // pixels, x fastest
  std::uint8_t components = 1;                 // numbers per pixel
  Eigen::Vector3d spacing_mm = Eigen::Vector3d::Ones();
  std::uint64_t frames = 0;
  // Of `repeats` stretches of all frames, each has so many bytes of the one frame, then of the
  // next. One stretch: frame after frame. As many as pixels: the frames' pixels lie side by side.
  std::uint64_t stretch_bytes = 0;
  std::uint64_t repeats = 1;

  [[nodiscard]] std::uint64_t frame_bytes() const { return stretch_bytes * repeats; }
};

// Nothing when there are no images: a size of 0, or of the one pixel that PLUS and Slicer write
// with poses alone. Errors with file and line, expected and found: what the header leaves out,
// contradicts, or what is not read here (text, bzip2, lists of files, files elsewhere than beside
// it); Code::out_of_range beyond 65535 pixels along an axis, 64 MB of a frame, 256 GB in all (2 GB
// when the frames do not lie one after the other).
Result<std::optional<PixelLayout>> pixel_layout_of(const SequenceHeader& header,
                                                   std::uint64_t frames);

}  // namespace trocar
