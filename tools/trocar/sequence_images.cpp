#include "tools/trocar/sequence_images.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace trocar {
namespace {

Error without(const Error& why) {
  return {why.code, why.detail + "; --no-images imports the poses alone"};
}

ImageFrame blank_of(const PixelLayout& layout, Duration time_bound) {
  ImageFrame image;
  image.device = "Image";  // what PLUS calls the axes of its images
  image.size = layout.size;
  image.components = layout.components;
  image.type = layout.type;
  image.steps_mm = layout.spacing_mm.asDiagonal();
  for (int i = 0; i < 3; ++i) {
    const int steps = layout.size[static_cast<std::size_t>(i)] - 1;
    image.centre_mm(i) = 0.5 * steps * layout.spacing_mm(i);
  }
  image.acquired_bound = time_bound;
  return image;
}

}  // namespace

Result<SequenceImages> SequenceImages::open(const Sequence& sequence, Duration time_bound) {
  SequenceImages images;
  if (std::ranges::none_of(sequence.frames, &SequenceFrame::has_image)) return images;
  auto layout = pixel_layout_of(sequence.header, sequence.frames.size());
  if (!layout) return without(layout.error());
  if (!layout.value()) return images;
  auto pixels = SequencePixels::open(*layout.value());
  if (!pixels) return without(pixels.error());
  images.pixels_ = std::move(pixels).value();
  images.blank_ = blank_of(*layout.value(), time_bound);
  return images;
}

Result<std::optional<ImageFrame>> SequenceImages::next(bool is_valid, Timestamp at) {
  if (!pixels_) return std::optional<ImageFrame>();
  auto pixels = pixels_->next();
  if (!pixels) return without(pixels.error());
  if (!is_valid) {
    ++invalid_;
    return std::optional<ImageFrame>();
  }
  ImageFrame image = blank_;
  image.acquired = image.received = at;
  image.pixels = std::make_shared<const std::vector<std::byte>>(std::move(pixels).value());
  return std::optional(image);
}

Status SequenceImages::finish() {
  if (!pixels_) return Done{};
  const Status done = pixels_->finish();
  if (!done) return without(done.error());
  return Done{};
}

}  // namespace trocar
