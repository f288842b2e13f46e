#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "engine/base/result.hpp"
#include "engine/base/time.hpp"
#include "engine/data/image_frame.hpp"
#include "tools/trocar/sequence_pixels.hpp"
#include "tools/trocar/sequence_reader.hpp"

namespace trocar {

// The images of a sequence as those of a session, one after the other. They lie in axes of their
// own, which begin in the middle of the first pixel: docs/decisions/0054. plain: one thread.
class SequenceImages {
 public:
  SequenceImages() = default;  // of nothing
  // Of nothing, too, when the sequence has poses alone. Errors as those of pixel_layout_of() and
  // SequencePixels, and how to do without them.
  static Result<SequenceImages> open(const Sequence& sequence, Duration time_bound);

  // To be asked for every frame, in order. Nothing when the frame has none that is valid.
  Result<std::optional<ImageFrame>> next(bool is_valid, Timestamp at);
  // After the last.
  Status finish();
  [[nodiscard]] std::uint64_t invalid() const { return invalid_; }  // were passed over

 private:
  std::unique_ptr<SequencePixels> pixels_;
  ImageFrame blank_;  // what all have in common
  std::uint64_t invalid_ = 0;
};

}  // namespace trocar
