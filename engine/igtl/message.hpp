#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What travels in an OpenIGTLink message, as values. The types this engine speaks; every other type
// is `Other` and is skipped in step.
namespace trocar::igtl {

inline constexpr std::size_t header_size = 58;
inline constexpr std::size_t max_name_size = 19;  // of a device; the field of 20 ends with a zero
inline constexpr std::uint16_t us_ascii = 3;      // IANA MIBenum
inline constexpr std::uint16_t utf_8 = 106;

struct Header {
  std::uint16_t version = 1;  // 1, or 2: extended header and metadata
  std::string type;
  std::string device;
  std::uint64_t timestamp = 0;  // UTC seconds, 32.32 fixed point
  std::uint64_t body_size = 0;
  std::uint64_t crc = 0;
};

struct Metadatum {
  std::string key;
  std::uint16_t encoding = us_ascii;
  std::string value;
};

// Column by column, as on the wire: the three columns of the rotation, then the translation, mm.
struct TransformBody {
  std::array<float, 12> columns{};
};
struct StringBody {
  std::uint16_t encoding = us_ascii;
  std::string text;
};
struct StatusBody {
  std::uint16_t code = 0;
  std::int64_t subcode = 0;
  std::string error_name;  // at most 19 bytes
  std::string message;
};
struct PolyDataBody {
  struct Attribute {
    std::uint8_t type = 0;
    std::uint8_t components = 1;
    std::uint32_t count = 0;  // tuples
    std::string name;
    std::vector<float> values;
  };
  // Cells as on the wire: per cell its count of points, then their indices.
  struct Cells {
    std::uint32_t count = 0;
    std::vector<std::uint32_t> words;
  };
  std::vector<std::array<float, 3>> points;
  Cells vertices, lines, polygons, strips;
  std::vector<Attribute> attributes;
};
struct Other {};  // a type not spoken here, or the empty body of a query

using Body = std::variant<Other, TransformBody, StringBody, StatusBody, PolyDataBody>;

struct Message {
  Header header;
  std::uint32_t id = 0;  // version 2 only
  Body body;
  std::vector<Metadatum> metadata;  // version 2 only

  // nullptr when there is no such key.
  [[nodiscard]] const std::string* find(std::string_view key) const {
    for (const auto& m : metadata) {
      if (m.key == key) return &m.value;
    }
    return nullptr;
  }
};

// STATUS codes used here (the protocol's numbers).
inline constexpr std::uint16_t status_ok = 1;
inline constexpr std::uint16_t status_not_ready = 13;
inline constexpr std::uint16_t status_hardware_failure = 18;
inline constexpr std::uint16_t status_time_out = 7;

}  // namespace trocar::igtl
