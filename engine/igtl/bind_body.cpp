#include <algorithm>
#include <string>
#include <vector>

#include "engine/igtl/body_codec.hpp"

// BIND: how many children, type and size of each, the row of their device names, their contents. A
// row or content of odd length has a zero byte behind it; the size of a row counts that byte, the
// size of a content does not. libopenigtlink 1.11 writes it so, and corrupts its own memory on a
// row of odd size.
namespace trocar::igtl {
namespace {

constexpr std::size_t type_name = 12;
constexpr std::size_t entry_bytes = type_name + 8;

// False unless the row is exactly one text, ended by a zero, for each child, and its filling zero.
bool read_names(std::string_view row, std::vector<BindBody::Child>& children) {
  for (auto& child : children) {
    const std::size_t end = row.find('\0');
    if (end == std::string_view::npos) return false;
    child.device = row.substr(0, end);
    row.remove_prefix(end + 1);
  }
  return row.empty() || row == std::string_view("\0", 1);
}

}  // namespace

Status read(Content content, BindBody& out) {
  ByteReader r(content);
  const auto count = r.number<std::uint16_t>();
  if (!r.ok() || count > r.remaining() / entry_bytes) return misfit("children that fit", count);
  out.children.resize(count);
  std::vector<std::uint64_t> sizes;
  sizes.reserve(count);
  for (auto& child : out.children) {
    child.type = r.padded_text(type_name);
    sizes.push_back(r.number<std::uint64_t>());
  }
  const auto row_bytes = r.number<std::uint16_t>();
  const std::string_view row = as_text(r.take(row_bytes));
  r.take(row_bytes % 2);  // of a peer that does not count the zero
  if (!r.ok() || !read_names(row, out.children)) return misfit("a name for each child", row_bytes);
  for (std::size_t i = 0; i < count; ++i) {
    const Content child = r.take(sizes[i]);
    if (!r.ok()) return misfit("children within the body", sizes[i]);
    if (r.remaining() > 0) r.take(sizes[i] % 2);
    out.children[i].content.assign(child.begin(), child.end());
  }
  if (r.remaining() > 0) return misfit("nothing behind the children", r.remaining());
  return Done{};
}

void put(ByteWriter& w, const BindBody& b) {
  w.number(static_cast<std::uint16_t>(b.children.size()));
  std::size_t row_bytes = 0;
  for (const auto& child : b.children) {
    w.full_text(child.type, type_name);
    w.number(static_cast<std::uint64_t>(child.content.size()));
    row_bytes += child.device.size() + 1;
  }
  // A row of 65535 bytes leaves no room to count its zero.
  w.number(static_cast<std::uint16_t>(std::min<std::size_t>(row_bytes + row_bytes % 2, 0xFFFF)));
  for (const auto& child : b.children) {
    w.text(child.device);
    w.grow(1);
  }
  w.grow(row_bytes % 2);
  for (const auto& child : b.children) {
    w.bytes(child.content);
    w.grow(child.content.size() % 2);
  }
}

}  // namespace trocar::igtl
