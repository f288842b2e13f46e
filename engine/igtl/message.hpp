#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/igtl/bodies.hpp"

// What travels in an OpenIGTLink message, as values. The types this engine speaks; every other type
// is `Other` and is skipped in step.
namespace trocar::igtl {

inline constexpr std::size_t header_size = 58;
inline constexpr std::size_t max_name_size = 19;  // of a device; the field of 20 ends with a zero

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
