#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/result.hpp"
#include "tools/trocar/pixel_layout.hpp"
#include "tools/trocar/unpacked_bytes.hpp"

namespace trocar {

// The images of a sequence, one after the other; never more of them in memory than 64 MB, or one.
// plain: one thread.
class SequencePixels {
 public:
  // Code::malformed when the file cannot hold as many bytes as the layout says, or holds more.
  static Result<std::unique_ptr<SequencePixels>> open(const PixelLayout& layout);

  // Those of the next frame, x fastest, little-endian; at most as often as there are frames.
  // Code::malformed, with the file: damaged, or it ends before the frame does.
  Result<std::vector<std::byte>> next();
  // After the last frame. Code::malformed: there is more, or the packing's own end is missing.
  Status finish();

 private:
  explicit SequencePixels(const PixelLayout& layout) : layout_(layout) {}
  Status rewind();
  Status fill(std::span<std::byte> out);
  Status pass_over(std::uint64_t n);
  Status next_batch();
  [[nodiscard]] Error ends_early(std::uint64_t expected, std::uint64_t found) const;

  PixelLayout layout_;
  std::unique_ptr<UnpackedBytes> bytes_;
  std::uint64_t frame_ = 0;                    // the next
  std::vector<std::vector<std::byte>> batch_;  // of frames side by side, the next last
};

}  // namespace trocar
