#include <algorithm>
#include <string>

#include "engine/igtl/body_codec.hpp"

// IMAGE, SENSOR, NDARRAY, COLORT.
namespace trocar::igtl {
namespace {

constexpr std::uint8_t colour_byte = 3;
constexpr std::uint8_t colour_word = 5;
constexpr std::uint8_t colour_rgb = 19;

template <class Sizes>
void read_sizes(ByteReader& r, Sizes& out) {
  for (std::uint16_t& v : out) v = r.number<std::uint16_t>();
}
template <class Sizes>
void put_sizes(ByteWriter& w, const Sizes& sizes) {
  for (const std::uint16_t v : sizes) w.number(v);
}

// 0 for an index or map that the protocol does not know.
std::size_t table_bytes(std::uint8_t index, std::uint8_t map) {
  const std::size_t entries = index == colour_byte ? 256U : index == colour_word ? 65536U : 0U;
  const std::size_t each = map == colour_byte   ? 1U
                           : map == colour_word ? 2U
                           : map == colour_rgb  ? 3U
                                                : 0U;
  return entries * each;
}

Status check_image(const ImageHeader& h) {
  if (bytes_of(h.scalar) == 0 || h.scalar == Scalar::complex) {
    return misfit("a scalar type of images", static_cast<std::uint8_t>(h.scalar));
  }
  if (h.components == 0) return misfit("a component or more", 0);
  if (h.endian != 1 && h.endian != 2) return misfit("byte order 1 or 2", h.endian);
  if (h.coordinates != 1 && h.coordinates != 2) return misfit("coordinates 1 or 2", h.coordinates);
  for (std::size_t k = 0; k < 3; ++k) {
    const unsigned end = unsigned{h.from[k]} + h.part[k];
    if (end > h.size[k]) return misfit("a part within " + std::to_string(h.size[k]), end);
  }
  return Done{};
}

}  // namespace

std::size_t bytes_of(Scalar scalar) {
  switch (scalar) {
    case Scalar::int8:
    case Scalar::uint8:
      return 1;
    case Scalar::int16:
    case Scalar::uint16:
      return 2;
    case Scalar::int32:
    case Scalar::uint32:
    case Scalar::float32:
      return 4;
    case Scalar::float64:
      return 8;
    case Scalar::complex:
      return 16;
  }
  return 0;
}

// At most 2^48 * 255 * 16: no overflow.
std::uint64_t ImageHeader::pixel_bytes() const {
  return std::uint64_t{part[0]} * part[1] * part[2] * components * bytes_of(scalar);
}

Status read(Content content, ImageBody& out) {
  ByteReader r(content);
  ImageHeader& h = out.header;
  h.version = r.number<std::uint16_t>();
  h.components = r.number<std::uint8_t>();
  h.scalar = Scalar{r.number<std::uint8_t>()};
  h.endian = r.number<std::uint8_t>();
  h.coordinates = r.number<std::uint8_t>();
  read_sizes(r, h.size);
  for (float& v : h.columns) v = r.real32();
  read_sizes(r, h.from);
  read_sizes(r, h.part);
  if (!r.ok()) return misfit("at least 72 bytes of content", content.size());
  if (Status sound = check_image(h); !sound) return sound;
  if (h.pixel_bytes() != r.remaining()) {
    return misfit(std::to_string(h.pixel_bytes()) + " bytes of pixels", r.remaining());
  }
  const auto pixels = r.take(r.remaining());
  out.pixels.assign(pixels.begin(), pixels.end());
  return Done{};
}

void put(ByteWriter& w, const ImageHeader& h) {
  w.number(h.version);
  w.number(h.components);
  w.number(static_cast<std::uint8_t>(h.scalar));
  w.number(h.endian);
  w.number(h.coordinates);
  put_sizes(w, h.size);
  for (const float v : h.columns) w.real32(v);
  put_sizes(w, h.from);
  put_sizes(w, h.part);
}

void put(ByteWriter& w, const ImageBody& b) {
  put(w, b.header);
  w.bytes(b.pixels);
}

Status read(Content content, SensorBody& out) {
  ByteReader r(content);
  const std::size_t count = r.number<std::uint8_t>();
  out.status = r.number<std::uint8_t>();
  out.unit = r.number<std::uint64_t>();
  if (!r.ok() || r.remaining() != 8 * count) {
    return misfit(std::to_string(10 + 8 * count) + " bytes of content", content.size());
  }
  out.values.resize(count);
  for (double& v : out.values) v = r.real64();
  return Done{};
}

void put(ByteWriter& w, const SensorBody& b) {
  const std::size_t count = std::min<std::size_t>(b.values.size(), 255);
  w.number(static_cast<std::uint8_t>(count));
  w.number(b.status);
  w.number(b.unit);
  for (std::size_t i = 0; i < count; ++i) w.real64(b.values[i]);
}

Status read(Content content, ArrayBody& out) {
  ByteReader r(content);
  out.scalar = Scalar{r.number<std::uint8_t>()};
  if (bytes_of(out.scalar) == 0) {
    return misfit("a scalar type", static_cast<std::uint8_t>(out.scalar));
  }
  out.size.resize(r.number<std::uint8_t>());
  read_sizes(r, out.size);
  // Compared by division: the product of 255 sizes has no bound.
  std::uint64_t left = r.remaining() / bytes_of(out.scalar);
  bool exact = r.ok() && r.remaining() % bytes_of(out.scalar) == 0;
  const bool empty = std::find(out.size.begin(), out.size.end(), 0) != out.size.end();
  if (empty) exact = exact && left == 0;
  for (std::size_t k = 0; k < out.size.size() && exact && !empty; ++k) {
    exact = left % out.size[k] == 0;
    left /= out.size[k];
  }
  if (!exact || (!empty && left != 1)) return misfit("as many values as sizes say", r.remaining());
  const auto values = r.take(r.remaining());
  out.values.assign(values.begin(), values.end());
  return Done{};
}

void put(ByteWriter& w, const ArrayBody& b) {
  w.number(static_cast<std::uint8_t>(b.scalar));
  w.number(static_cast<std::uint8_t>(b.size.size()));
  put_sizes(w, b.size);
  w.bytes(b.values);
}

Status read(Content content, ColorTableBody& out) {
  ByteReader r(content);
  out.index = r.number<std::uint8_t>();
  out.map = r.number<std::uint8_t>();
  const std::size_t bytes = table_bytes(out.index, out.map);
  if (bytes == 0 || r.remaining() != bytes) {
    return misfit("a table of " + std::to_string(bytes) + " bytes", r.remaining());
  }
  const auto entries = r.take(bytes);
  out.entries.assign(entries.begin(), entries.end());
  return Done{};
}

void put(ByteWriter& w, const ColorTableBody& b) {
  w.number(b.index);
  w.number(b.map);
  w.bytes(b.entries);
}

}  // namespace trocar::igtl
