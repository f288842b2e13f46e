#include "tools/trocar/pixel_layout.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tools/trocar/pixel_place.hpp"
#include "tools/trocar/pixel_types.hpp"
#include "tools/trocar/sequence_text.hpp"

namespace trocar {
namespace {

constexpr std::uint64_t most_frame_bytes = std::uint64_t{64} << 20U;  // as of a live image
constexpr std::uint64_t most_bytes = std::uint64_t{256} << 30U;
constexpr std::uint64_t most_mixed_bytes = std::uint64_t{2} << 30U;  // is read again and again
constexpr std::uint64_t longest_axis = 65'535;
constexpr double largest_spacing_mm = 1e4;

constexpr std::array component_kinds = {
    "vector",     "covariant-vector", "normal",    "point",     "complex",   "2-vector",
    "3-vector",   "3-color",          "RGB-color", "HSV-color", "XYZ-color", "4-color",
    "RGBA-color", "3-gradient",       "3-normal",  "4-vector",  "quaternion"};

// The lengths of "(1,0,0) (0,1,0) none"; nothing in the place of none.
std::optional<std::vector<std::optional<double>>> lengths_of(std::string_view text) {
  std::vector<std::optional<double>> lengths;
  while (!(text = trimmed(text)).empty()) {
    if (text.starts_with("none")) {
      lengths.emplace_back();
      text.remove_prefix(4);
      continue;
    }
    const std::size_t end = text.find(')');
    if (text.front() != '(' || end == std::string_view::npos) return std::nullopt;
    double square = 0;
    for (std::string_view rest = text.substr(1, end - 1); !rest.empty();) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const auto value = number_of<double>(trimmed(rest.substr(0, comma)));
      if (!value) return std::nullopt;
      square += *value * *value;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    lengths.emplace_back(std::sqrt(square));
    text.remove_prefix(end + 1);
  }
  return lengths;
}

// From a header to the layout it describes, one thing after the other.
class LayoutReader {
 public:
  LayoutReader(const SequenceHeader& header, std::uint64_t frames) : h_(header) {
    layout_.frames = frames;
  }

  Result<std::optional<PixelLayout>> read() {
    if (const Status done = take_axes(); !done) return done.error();
    std::uint64_t pixels = 1;
    for (const std::size_t axis : image_axes_) pixels *= sizes_[axis];
    if (pixels <= 1) return std::optional<PixelLayout>();
    for (const auto part : {&LayoutReader::take_type, &LayoutReader::take_byte_order,
                            &LayoutReader::take_stretches, &LayoutReader::take_spacing}) {
      if (const Status done = (this->*part)(); !done) return done.error();
    }
    if (const Status done = take_pixel_place(h_, layout_); !done) return done.error();
    return std::optional(layout_);
  }

 private:
  [[nodiscard]] Error wrong(std::string_view name, Code code, const std::string& expected) const {
    return h_.wrong(name, code, expected);
  }
  [[nodiscard]] const char* size_name() const { return h_.find("sizes") ? "sizes" : "dimsize"; }

  Status take_axes();
  Status take_axis(std::size_t axis, std::string_view kind);
  Status take_type();
  Status take_byte_order();
  Status take_stretches();
  Status take_spacing();
  Result<std::vector<std::optional<double>>> axis_lengths() const;

  const SequenceHeader& h_;
  PixelLayout layout_;
  std::vector<std::uint64_t> sizes_;
  std::optional<std::size_t> frame_axis_;
  std::vector<std::size_t> image_axes_;
};

Status LayoutReader::take_axes() {
  const char* name = size_name();
  for (const std::string_view word : words_of(h_.value(name))) {
    const auto n = number_of<std::uint64_t>(word);
    if (!n) return wrong(name, Code::malformed, "sizes of the axes");
    sizes_.push_back(*n);
  }
  if (sizes_.size() < 2 || sizes_.size() > 5) {
    return wrong(name, Code::malformed, "the sizes of 2 to 5 axes (DimSize, sizes)");
  }
  frame_axis_ = frame_axis(h_);
  if (!frame_axis_ && layout_.frames != 1) {
    return wrong(h_.find("kinds") ? "kinds" : name, Code::inconsistent,
                 "an axis of " + std::to_string(layout_.frames) + " frames");
  }
  const auto kinds = words_of(h_.value("kinds"));
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    if (i == frame_axis_) continue;
    Status taken = take_axis(i, kinds.size() == sizes_.size() ? kinds[i] : "domain");
    if (!taken) return taken;
  }
  if (image_axes_.empty() || image_axes_.size() > 3) {
    return wrong(name, Code::unsupported, "images of 1 to 3 axes");
  }
  return Done{};
}

Status LayoutReader::take_axis(std::size_t axis, std::string_view kind) {
  const bool is_component =
      std::ranges::find(component_kinds, kind) != component_kinds.end() && image_axes_.empty();
  if (is_component) {
    const std::uint64_t n = sizes_[axis];
    const bool fits = layout_.components == 1 && n >= 1 && n <= 255;
    if (!fits) return wrong(size_name(), Code::out_of_range, "1 to 255 numbers per pixel");
    layout_.components = static_cast<std::uint8_t>(n);
    return Done{};
  }
  if (kind != "domain" && kind != "space" && kind != "none" && kind != "???") {
    return wrong("kinds", Code::unsupported,
                 "numbers of a pixel first, then domain axes and one list");
  }
  if (sizes_[axis] > longest_axis) {
    return wrong(size_name(), Code::out_of_range, "at most 65535 pixels along an axis");
  }
  if (image_axes_.size() < 3) {
    layout_.size[image_axes_.size()] = static_cast<std::uint16_t>(sizes_[axis]);
  }
  image_axes_.push_back(axis);
  return Done{};
}

Status LayoutReader::take_type() {
  const char* name = h_.is_nrrd ? "type" : "elementtype";
  const auto type = h_.is_nrrd ? nrrd_type(h_.value(name)) : metaimage_type(h_.value(name));
  if (!type) return wrong(name, Code::unsupported, "whole numbers of up to 32 bits, or floats");
  layout_.type = *type;
  constexpr const char* channels = "elementnumberofchannels";
  if (h_.is_nrrd || h_.find(channels) == nullptr) return Done{};
  const auto n = number_of<std::uint64_t>(h_.value(channels));
  if (!n || *n < 1 || *n > 255) {
    return wrong(channels, Code::out_of_range, "1 to 255 numbers per pixel");
  }
  layout_.components = static_cast<std::uint8_t>(*n);
  return Done{};
}

// Never guessed: what is not said of numbers of several bytes is an error.
Status LayoutReader::take_byte_order() {
  std::optional<bool> is_big;
  if (h_.is_nrrd) {
    const std::string word = in_small_letters(h_.value("endian"));
    if (word == "big" || word == "little") is_big = word == "big";
    if (h_.find("endian") != nullptr && !is_big) {
      return wrong("endian", Code::malformed, "big or little");
    }
  }
  for (const char* name : {"binarydatabyteordermsb", "elementbyteordermsb"}) {
    if (h_.is_nrrd || h_.find(name) == nullptr) continue;
    const auto said = truth_of(h_.value(name));
    if (!said) return wrong(name, Code::malformed, "True or False");
    if (is_big && *is_big != *said) {
      return wrong(name, Code::inconsistent, "the same byte order said twice");
    }
    is_big = said;
  }
  if (!is_big && bytes_of(layout_.type) > 1) {
    return wrong("", Code::malformed,
                 std::string("the byte order of its pixels (") +
                     (h_.is_nrrd ? "endian)" : "BinaryDataByteOrderMSB)"));
  }
  layout_.is_big_endian = is_big.value_or(false);
  return Done{};
}

// Within its limits no product of these numbers overflows 64 bits.
Status LayoutReader::take_stretches() {
  layout_.stretch_bytes = bytes_of(layout_.type);
  // A header's number of channels is no axis.
  const bool has_component_axis = sizes_.size() > image_axes_.size() + (frame_axis_ ? 1U : 0U);
  if (!has_component_axis || frame_axis_ != std::size_t{0}) {
    layout_.stretch_bytes *= layout_.components;
  } else {
    layout_.repeats *= layout_.components;
  }
  for (const std::size_t axis : image_axes_) {
    const bool is_after = frame_axis_ && axis > *frame_axis_;
    (is_after ? layout_.repeats : layout_.stretch_bytes) *= sizes_[axis];
  }
  if (layout_.frame_bytes() > most_frame_bytes) {
    return wrong(size_name(), Code::out_of_range, "at most 64 MB of pixels in a frame");
  }
  const std::uint64_t most = layout_.repeats == 1 ? most_bytes : most_mixed_bytes;
  if (layout_.frame_bytes() * layout_.frames > most) {
    return wrong(size_name(), Code::out_of_range,
                 layout_.repeats == 1 ? "at most 256 GB of pixels"
                                      : "at most 2 GB of frames that lie pixel by pixel");
  }
  return Done{};
}

// By axis of the size, what the header says is the way from one pixel to the next.
Result<std::vector<std::optional<double>>> LayoutReader::axis_lengths() const {
  if (h_.is_nrrd && h_.find("space directions") != nullptr) {
    auto lengths = lengths_of(h_.value("space directions"));
    if (!lengths) return wrong("space directions", Code::malformed, "vectors (x,y,z) or none");
    return std::move(*lengths);
  }
  const char* name = "spacings";
  if (!h_.is_nrrd) name = h_.find("elementspacing") ? "elementspacing" : "elementsize";
  if (h_.find(name) == nullptr) {
    return wrong("", Code::malformed,
                 h_.is_nrrd ? "'space directions' or 'spacings'" : "'ElementSpacing'");
  }
  std::vector<std::optional<double>> lengths;
  for (const std::string_view word : words_of(h_.value(name))) {
    lengths.emplace_back(number_of<double>(word).value_or(0));
  }
  return lengths;
}

// Only how long the steps are is taken: decision 0054.
Status LayoutReader::take_spacing() {
  auto lengths = axis_lengths();
  if (!lengths) return lengths.error();
  auto& all = lengths.value();
  const bool by_axis = all.size() == sizes_.size();
  if (!by_axis) std::erase(all, std::nullopt);
  for (std::size_t i = 0; i < image_axes_.size(); ++i) {
    const std::size_t at = by_axis ? image_axes_[i] : i;
    const double mm = at < all.size() ? all[at].value_or(0) : 0;
    const bool is_usable = mm > 0 && mm <= largest_spacing_mm;  // false for NaN
    if (!is_usable) {
      const char* name = h_.is_nrrd ? "spacings" : "elementspacing";
      return wrong(h_.find("space directions") ? "space directions" : name, Code::malformed,
                   "a spacing over 0 and up to 1e4 mm for each axis of an image");
    }
    layout_.spacing_mm(static_cast<Eigen::Index>(i)) = mm;
  }
  return Done{};
}

}  // namespace

Result<std::optional<PixelLayout>> pixel_layout_of(const SequenceHeader& header,
                                                   std::uint64_t frames) {
  return LayoutReader(header, frames).read();
}

}  // namespace trocar
