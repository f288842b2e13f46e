#include "tools/trocar/sequence_pixels.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>

namespace trocar {
namespace {

constexpr std::uint64_t most_batch_bytes = std::uint64_t{64} << 20U;

void swap_bytes(std::vector<std::byte>& pixels, std::size_t each) {
  for (std::size_t at = 0; each > 1 && at + each <= pixels.size(); at += each) {
    const auto begin = pixels.begin() + static_cast<std::ptrdiff_t>(at);
    std::reverse(begin, begin + static_cast<std::ptrdiff_t>(each));
  }
}

}  // namespace

Result<std::unique_ptr<SequencePixels>> SequencePixels::open(const PixelLayout& layout) {
  std::unique_ptr<SequencePixels> pixels(new SequencePixels(layout));
  if (const Status begun = pixels->rewind(); !begun) return begun.error();
  const std::uint64_t all = layout.frame_bytes() * layout.frames;
  const std::uint64_t there = pixels->bytes_->left();
  // A packed byte is never more than 1032 of zlib's: what cannot be whole is not begun.
  const bool is_possible = layout.is_packed ? all / 1040 <= there : all == there;
  if (is_possible) return pixels;
  return Error{Code::malformed, layout.file.string() + ": expected " + std::to_string(all) +
                                    " bytes of pixels, found " + std::to_string(there) +
                                    (layout.is_packed ? ", packed" : "")};
}

Status SequencePixels::rewind() {
  auto bytes =
      UnpackedBytes::open({layout_.file, layout_.offset, layout_.packed_bytes, layout_.is_packed});
  if (!bytes) return bytes.error();
  bytes_ = std::move(bytes).value();
  return Done{};
}

Result<std::vector<std::byte>> SequencePixels::next() {
  assert(frame_ < layout_.frames);
  std::vector<std::byte> pixels;
  if (layout_.repeats == 1) {
    pixels.resize(layout_.frame_bytes());
    if (const Status done = fill(pixels); !done) return done.error();
  } else {
    if (batch_.empty()) {
      if (const Status done = next_batch(); !done) return done.error();
    }
    pixels = std::move(batch_.back());
    batch_.pop_back();
  }
  ++frame_;
  if (layout_.is_big_endian) swap_bytes(pixels, bytes_of(layout_.type));
  return pixels;
}

// Frames side by side: all of the file is read for as many of them as memory may hold.
Status SequencePixels::next_batch() {
  if (frame_ > 0) {
    if (Status again = rewind(); !again) return again;
  }
  const std::uint64_t left = layout_.frames - frame_;
  const std::uint64_t fit = std::max<std::uint64_t>(most_batch_bytes / layout_.frame_bytes(), 1);
  const std::uint64_t count = std::min(left, fit);
  const auto each = static_cast<std::ptrdiff_t>(layout_.stretch_bytes);
  batch_.assign(count, std::vector<std::byte>());
  for (auto& frame : batch_) frame.reserve(layout_.frame_bytes());
  std::vector<std::byte> stretches(count * layout_.stretch_bytes);
  for (std::uint64_t i = 0; i < layout_.repeats; ++i) {
    if (Status done = pass_over(frame_ * layout_.stretch_bytes); !done) return done;
    if (Status done = fill(stretches); !done) return done;
    if (Status done = pass_over((left - count) * layout_.stretch_bytes); !done) return done;
    auto from = stretches.begin();
    for (auto frame = batch_.rbegin(); frame != batch_.rend(); ++frame, from += each) {
      frame->insert(frame->end(), from, from + each);
    }
  }
  return Done{};
}

Status SequencePixels::fill(std::span<std::byte> out) {
  const auto got = bytes_->read(out);
  if (!got) return got.error();
  if (got.value() < out.size()) return ends_early(out.size(), got.value());
  return Done{};
}

Status SequencePixels::pass_over(std::uint64_t n) {
  if (n == 0) return Done{};
  const auto got = bytes_->skip(n);
  if (!got) return got.error();
  if (got.value() < n) return ends_early(n, got.value());
  return Done{};
}

Error SequencePixels::ends_early(std::uint64_t expected, std::uint64_t found) const {
  return {Code::malformed, layout_.file.string() + ": expected " + std::to_string(expected) +
                               " bytes of pixels more in frame " + std::to_string(frame_) +
                               ", found " + std::to_string(found)};
}

Status SequencePixels::finish() {
  std::byte more{};
  const auto got = bytes_->read({&more, 1});
  if (!got) return got.error();
  const std::string all = std::to_string(layout_.frame_bytes() * layout_.frames);
  if (got.value() > 0) {
    return Error{Code::malformed,
                 layout_.file.string() + ": expected " + all + " bytes of pixels, found more"};
  }
  if (bytes_->is_whole()) return Done{};
  return Error{Code::malformed, layout_.file.string() +
                                    ": expected the end of packed pixels after " + all +
                                    " bytes, found the end of the file"};
}

}  // namespace trocar
