#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/model/mesh_parsers.hpp"

// PLY by hand: VTK's reader frees memory twice on a file that is cut short.
namespace trocar::mesh_parsers {

namespace {

Error malformed(std::string detail) { return Error{Code::malformed, std::move(detail)}; }

enum class Encoding { text, little_endian, big_endian };

struct Type {
  std::string_view name, old_name;
  std::size_t bytes;
  enum Kind { signed_whole, whole, real } kind;
};
constexpr std::array<Type, 8> types{{{"char", "int8", 1, Type::signed_whole},
                                     {"uchar", "uint8", 1, Type::whole},
                                     {"short", "int16", 2, Type::signed_whole},
                                     {"ushort", "uint16", 2, Type::whole},
                                     {"int", "int32", 4, Type::signed_whole},
                                     {"uint", "uint32", 4, Type::whole},
                                     {"float", "float32", 4, Type::real},
                                     {"double", "float64", 8, Type::real}}};

struct Property {
  std::string name;
  const Type* type = nullptr;
  const Type* count_type = nullptr;  // of a list
};
struct Element {
  std::string name;
  std::uint64_t count = 0;
  std::vector<Property> properties;
};
struct Header {
  Encoding encoding = Encoding::text;
  std::vector<Element> elements;
  std::string comments;
  std::size_t end = 0;
};

std::string_view next_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n"), rest.size()));
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\n"));
  rest.remove_prefix(word.size());
  return word;
}

const Type* type_of(std::string_view word) {
  const auto at = std::find_if(types.begin(), types.end(),
                               [&](const Type& t) { return t.name == word || t.old_name == word; });
  return at == types.end() ? nullptr : &*at;
}

bool read_property(std::string_view rest, Header& header) {
  if (header.elements.empty()) return false;
  Property p;
  std::string_view word = next_word(rest);
  if (word == "list") {
    p.count_type = type_of(next_word(rest));
    if (p.count_type == nullptr || p.count_type->kind == Type::real) return false;
    word = next_word(rest);
  }
  p.type = type_of(word);
  p.name = next_word(rest);
  header.elements.back().properties.push_back(p);
  return p.type != nullptr && !p.name.empty();
}

bool read_header_line(std::string_view line, Header& header) {
  std::string_view rest = line;
  const std::string_view kind = next_word(rest);
  if (kind == "property") return read_property(rest, header);
  if (kind == "format") {
    const std::string_view name = next_word(rest);
    if (name == "binary_little_endian") header.encoding = Encoding::little_endian;
    if (name == "binary_big_endian") header.encoding = Encoding::big_endian;
    return name == "ascii" || header.encoding != Encoding::text;
  }
  if (kind == "element") {
    Element e;
    e.name = next_word(rest);
    const std::string_view number = next_word(rest);
    const char* const end = number.data() + number.size();
    if (std::from_chars(number.data(), end, e.count).ptr != end || number.empty()) return false;
    header.elements.push_back(e);
    return true;
  }
  if (kind == "comment" || kind == "obj_info") header.comments += std::string(line) + '\n';
  return kind == "comment" || kind == "obj_info" || kind == "ply" || kind.empty();
}

std::optional<Header> read_header(std::string_view bytes) {
  Header header;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = bytes.find('\n', at);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view line = bytes.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    at = end + 1;
    if (line == "end_header") return header.end = at, header;
    if (!read_header_line(line, header)) return std::nullopt;
  }
  return std::nullopt;
}

// Numbers of the body, one after the other; nothing at the end or where there is none.
class Numbers {
 public:
  Numbers(std::string_view body, Encoding encoding) : rest_(body), encoding_(encoding) {}

  std::optional<double> next(const Type& type) {
    if (encoding_ == Encoding::text) {
      const std::string_view word = next_word(rest_);
      double value = 0;
      const char* const end = word.data() + word.size();
      const auto [at, error] = std::from_chars(word.data(), end, value);
      if (word.empty() || error != std::errc{} || at != end) return std::nullopt;
      if (type.kind != Type::real && value != std::floor(value)) return std::nullopt;
      return value;
    }
    if (rest_.size() < type.bytes) return std::nullopt;
    std::array<char, 8> raw{};
    std::copy_n(rest_.data(), type.bytes, raw.data());
    if (encoding_ == Encoding::big_endian) {
      std::reverse(raw.data(), raw.data() + type.bytes);
    }
    rest_.remove_prefix(type.bytes);
    return decode(raw, type);
  }

 private:
  template <class T>
  static double as(const std::array<char, 8>& raw) {
    T value;
    std::memcpy(&value, raw.data(), sizeof value);
    return static_cast<double>(value);
  }
  static double decode(const std::array<char, 8>& raw, const Type& type) {
    if (type.kind == Type::real) return type.bytes == 4 ? as<float>(raw) : as<double>(raw);
    const bool has_sign = type.kind == Type::signed_whole;
    if (type.bytes == 1) return has_sign ? as<std::int8_t>(raw) : as<std::uint8_t>(raw);
    if (type.bytes == 2) return has_sign ? as<std::int16_t>(raw) : as<std::uint16_t>(raw);
    return has_sign ? as<std::int32_t>(raw) : as<std::uint32_t>(raw);
  }

  std::string_view rest_;
  Encoding encoding_;
};

// One vertex, face or other thing. False when the file ends or a number is none.
bool read_one(const Element& element, Numbers& numbers, Eigen::Vector3d& place,
              std::vector<double>& corners) {
  constexpr double most_in_list = 1000;
  for (const Property& p : element.properties) {
    std::optional<double> count = 1;
    if (p.count_type != nullptr) count = numbers.next(*p.count_type);
    if (!count || !(*count >= 0 && *count <= most_in_list)) return false;
    const bool is_corners = p.name == "vertex_indices" || p.name == "vertex_index";
    for (int k = 0; k < static_cast<int>(*count); ++k) {
      const auto value = numbers.next(*p.type);
      if (!value) return false;
      if (p.count_type != nullptr && is_corners) corners.push_back(*value);
      if (p.name == "x") place.x() = *value;
      if (p.name == "y") place.y() = *value;
      if (p.name == "z") place.z() = *value;
    }
  }
  return true;
}

bool add_face(const std::vector<double>& corners, TriangleMesh& mesh) {
  std::vector<std::uint32_t> ids;
  for (const double c : corners) {
    const bool exists = c >= 0 && c < static_cast<double>(mesh.vertices_mm.size());
    if (!exists || c != std::floor(c)) return false;
    ids.push_back(static_cast<std::uint32_t>(c));
  }
  for (std::size_t k = 2; k < ids.size(); ++k) {
    mesh.triangles.push_back({ids[0], ids[k - 1], ids[k]});
  }
  return ids.size() >= 3;
}

}  // namespace

Result<RawMesh> parse_ply(const std::string& bytes) {
  const std::string_view all(bytes);
  const auto header = all.starts_with("ply") ? read_header(all) : std::nullopt;
  if (!header) return malformed("expected a PLY header, found another or a damaged one");
  RawMesh out;
  out.header = header->comments;
  Numbers numbers(all.substr(header->end), header->encoding);
  for (const Element& element : header->elements) {
    if (element.properties.empty()) return malformed("expected properties of " + element.name);
    for (std::uint64_t i = 0; i < element.count; ++i) {
      Eigen::Vector3d place = Eigen::Vector3d::Zero();
      std::vector<double> corners;
      const bool read = read_one(element, numbers, place, corners);
      if (element.name == "vertex" && read && place.allFinite()) {
        out.mesh.vertices_mm.push_back(place);
      } else if (!read || element.name == "vertex" ||
                 (element.name == "face" && !add_face(corners, out.mesh))) {
        return malformed(fmt::format("expected {} of {}, found damage or the end after {}",
                                     element.count, element.name, i));
      }
    }
  }
  if (out.mesh.triangles.empty()) return malformed("expected faces, found none");
  return out;
}

}  // namespace trocar::mesh_parsers
