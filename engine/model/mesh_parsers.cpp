#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/model/mesh_parsers.hpp"

// STL and OBJ by hand: a file that is cut short or damaged must be refused, and numbers must not
// depend on the locale of the process.
namespace trocar::mesh_parsers {

namespace {

constexpr std::size_t stl_header = 84;    // 80 of text, 4 of count
constexpr std::size_t stl_triangle = 50;  // normal, 3 corners, 2 bytes of attributes

Error malformed(std::string detail) { return Error{Code::malformed, std::move(detail)}; }

// Words of a text, separated by blanks.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  // Empty at the end.
  std::string_view next() {
    const std::size_t begin = rest_.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return rest_ = {};
    rest_.remove_prefix(begin);
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t\r\n"));
    rest_.remove_prefix(word.size());
    return word;
  }
  std::optional<Eigen::Vector3d> point() {
    Eigen::Vector3d p;
    for (int k = 0; k < 3; ++k) {
      const std::string_view word = next();
      const char* const end = word.data() + word.size();
      const auto [at, error] = std::from_chars(word.data(), end, p[k]);
      if (error != std::errc{} || at != end || !std::isfinite(p[k])) return std::nullopt;
    }
    return p;
  }

 private:
  std::string_view rest_;
};

Result<RawMesh> parse_binary_stl(const std::string& bytes) {
  RawMesh out;
  out.header = bytes.substr(0, 80);
  for (std::size_t at = stl_header; at < bytes.size(); at += stl_triangle) {
    const auto first = static_cast<std::uint32_t>(out.mesh.vertices_mm.size());
    for (std::size_t corner = 0; corner < 3; ++corner) {
      float xyz[3];
      std::memcpy(xyz, bytes.data() + at + 12 * (corner + 1), sizeof xyz);
      out.mesh.vertices_mm.emplace_back(xyz[0], xyz[1], xyz[2]);
      if (!out.mesh.vertices_mm.back().allFinite()) {
        return malformed(fmt::format("expected finite numbers, found others in triangle {}",
                                     (at - stl_header) / stl_triangle));
      }
    }
    out.mesh.triangles.push_back({first, first + 1, first + 2});
  }
  return out;
}

Result<RawMesh> parse_text_stl(const std::string& text) {
  RawMesh out;
  out.header = text.substr(0, text.find('\n'));
  Words words(text);
  std::uint32_t corners = 0;
  bool ended = false;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    if (word == "vertex") {
      const auto p = words.point();
      if (!p) return malformed(fmt::format("expected 3 numbers after vertex {}", corners));
      out.mesh.vertices_mm.push_back(*p);
      ++corners;
      if (corners % 3 == 0) out.mesh.triangles.push_back({corners - 3, corners - 2, corners - 1});
    } else if (word == "endfacet" && corners % 3 != 0) {
      return malformed(fmt::format("expected 3 vertices per facet, found {} in all", corners));
    } else if (word == "endsolid") {
      ended = true;
    }
  }
  if (!ended || corners % 3 != 0) return malformed("expected 'endsolid', found the file cut short");
  return out;
}

// "7", "7/1", "7//3", "-1": the vertex, counted from 0.
std::optional<std::uint32_t> obj_index(std::string_view word, std::size_t vertices) {
  word = word.substr(0, word.find('/'));
  long long number = 0;
  const char* const end = word.data() + word.size();
  const auto [at, error] = std::from_chars(word.data(), end, number);
  if (error != std::errc{} || at != end || number == 0) return std::nullopt;
  if (number < 0) number += static_cast<long long>(vertices) + 1;
  if (number < 1 || number > static_cast<long long>(vertices)) return std::nullopt;
  return static_cast<std::uint32_t>(number - 1);
}

bool add_obj_face(Words words, TriangleMesh& mesh) {
  std::vector<std::uint32_t> corners;
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    const auto index = obj_index(word, mesh.vertices_mm.size());
    if (!index) return false;
    corners.push_back(*index);
  }
  for (std::size_t k = 2; k < corners.size(); ++k) {
    mesh.triangles.push_back({corners[0], corners[k - 1], corners[k]});
  }
  return corners.size() >= 3;
}

}  // namespace

Result<RawMesh> parse_stl(const std::string& bytes) {
  static_assert(std::endian::native == std::endian::little);
  if (bytes.size() >= stl_header) {
    std::uint32_t count = 0;
    std::memcpy(&count, bytes.data() + 80, sizeof count);
    if (bytes.size() == stl_header + stl_triangle * std::uint64_t{count}) {
      return parse_binary_stl(bytes);
    }
    if (!bytes.starts_with("solid") || bytes.find('\0') != std::string::npos) {
      return malformed(fmt::format("expected {} bytes for {} triangles, found {}",
                                   stl_header + stl_triangle * std::uint64_t{count}, count,
                                   bytes.size()));
    }
  }
  if (!bytes.starts_with("solid")) return malformed("expected an STL file, found another");
  return parse_text_stl(bytes);
}

Result<RawMesh> parse_obj(const std::string& text) {
  RawMesh out;
  std::string_view rest(text);
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::string_view now = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(now.size() + 1, rest.size()));
    Words words(now);
    const std::string_view kind = words.next();
    if (kind.starts_with('#')) {
      out.header += std::string(now) + '\n';
    } else if (kind == "v") {
      const auto p = words.point();
      if (!p) return malformed(fmt::format("expected 3 numbers in line {}", line));
      out.mesh.vertices_mm.push_back(*p);
    } else if (kind == "f" && !add_obj_face(words, out.mesh)) {
      return malformed(fmt::format("expected 3 or more of the {} vertices so far in line {}",
                                   out.mesh.vertices_mm.size(), line));
    }
  }
  if (out.mesh.triangles.empty()) return malformed("expected faces, found none");
  return out;
}

}  // namespace trocar::mesh_parsers
