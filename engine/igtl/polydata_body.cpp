#include <array>
#include <vector>

#include "engine/igtl/body_codec.hpp"

// POLYDATA: points, four kinds of cells, attributes.
namespace trocar::igtl {
namespace {

struct CellsSize {
  std::uint32_t count;
  std::uint32_t bytes;
};

// False unless the words are exactly `count` cells whose points exist.
bool read_cells(ByteReader& r, CellsSize size, std::size_t points, PolyDataBody::Cells& cells) {
  const auto bytes = r.take(size.bytes);
  if (!r.ok() || size.bytes % 4 != 0) return false;
  ByteReader words(bytes);
  cells.count = size.count;
  cells.words.reserve(size.bytes / 4);
  for (std::uint32_t cell = 0; cell < size.count; ++cell) {
    const auto n = words.number<std::uint32_t>();
    if (!words.ok() || n > words.remaining() / 4) return false;
    cells.words.push_back(n);
    for (std::uint32_t i = 0; i < n; ++i) {
      cells.words.push_back(words.number<std::uint32_t>());
      if (cells.words.back() >= points) return false;
    }
  }
  return words.remaining() == 0;
}

bool read_attributes(ByteReader& r, std::uint32_t count,
                     std::vector<PolyDataBody::Attribute>& out) {
  if (count > r.remaining() / 6) return false;
  out.resize(count);
  for (auto& a : out) {
    a.type = r.number<std::uint8_t>();
    a.components = r.number<std::uint8_t>();
    a.count = r.number<std::uint32_t>();
  }
  std::size_t names = 0;
  for (auto& a : out) {
    for (char c = '\1'; r.ok();) {
      c = static_cast<char>(r.number<std::uint8_t>());
      if (c == '\0') break;
      a.name += c;
    }
    names += a.name.size() + 1;
  }
  r.take(names % 2);
  for (auto& a : out) {
    const std::uint64_t values = std::uint64_t{a.count} * a.components;
    if (values > r.remaining() / 4) return false;
    a.values.resize(static_cast<std::size_t>(values));
    for (float& v : a.values) v = r.real32();
  }
  return r.ok() && r.remaining() == 0;
}

void put_cells(ByteWriter& w, const PolyDataBody::Cells& cells) {
  std::byte* at = w.grow(4 * cells.words.size());
  for (std::size_t i = 0; i < cells.words.size(); ++i) store_be(at + 4 * i, cells.words[i]);
}

void put_attributes(ByteWriter& w, const std::vector<PolyDataBody::Attribute>& attributes) {
  for (const auto& a : attributes) {
    w.number(a.type);
    w.number(a.components);
    w.number(a.count);
  }
  std::size_t names = 0;
  for (const auto& a : attributes) {
    w.text(a.name);
    w.grow(1);
    names += a.name.size() + 1;
  }
  w.grow(names % 2);  // the values begin at an even offset
  for (const auto& a : attributes) {
    for (const float v : a.values) w.real32(v);
  }
}

}  // namespace

Status read(Content content, PolyDataBody& b) {
  ByteReader r(content);
  const auto points = r.number<std::uint32_t>();
  std::array<CellsSize, 4> sizes{};
  for (auto& s : sizes) {
    s.count = r.number<std::uint32_t>();
    s.bytes = r.number<std::uint32_t>();
  }
  const auto attributes = r.number<std::uint32_t>();
  if (!r.ok() || points > r.remaining() / 12) return misfit("its points", points);
  b.points.resize(points);
  for (auto& p : b.points) {
    for (float& v : p) v = r.real32();
  }
  std::size_t kind = 0;
  for (auto* cells : {&b.vertices, &b.lines, &b.polygons, &b.strips}) {
    const CellsSize size = sizes[kind++];
    if (!read_cells(r, size, points, *cells)) return misfit("its cells", size.bytes);
  }
  if (!read_attributes(r, attributes, b.attributes)) return misfit("attributes", attributes);
  return Done{};
}

void put(ByteWriter& w, const PolyDataBody& b) {
  w.number(static_cast<std::uint32_t>(b.points.size()));
  for (const auto* cells : {&b.vertices, &b.lines, &b.polygons, &b.strips}) {
    w.number(cells->count);
    w.number(static_cast<std::uint32_t>(4 * cells->words.size()));
  }
  w.number(static_cast<std::uint32_t>(b.attributes.size()));
  for (const auto& p : b.points) {
    for (const float v : p) w.real32(v);
  }
  for (const auto* cells : {&b.vertices, &b.lines, &b.polygons, &b.strips}) put_cells(w, *cells);
  put_attributes(w, b.attributes);
}

}  // namespace trocar::igtl
