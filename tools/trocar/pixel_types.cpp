#include "tools/trocar/pixel_types.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "tools/trocar/sequence_text.hpp"

namespace trocar {
namespace {

struct NamedType {
  std::string_view name;
  PixelType type;
};

constexpr std::array meta_types = {
    NamedType{"MET_CHAR", PixelType::int8},     NamedType{"MET_UCHAR", PixelType::uint8},
    NamedType{"MET_SHORT", PixelType::int16},   NamedType{"MET_USHORT", PixelType::uint16},
    NamedType{"MET_INT", PixelType::int32},     NamedType{"MET_UINT", PixelType::uint32},
    NamedType{"MET_FLOAT", PixelType::float32}, NamedType{"MET_DOUBLE", PixelType::float64}};

constexpr std::array nrrd_types = {NamedType{"signed char", PixelType::int8},
                                   NamedType{"int8", PixelType::int8},
                                   NamedType{"int8_t", PixelType::int8},
                                   NamedType{"uchar", PixelType::uint8},
                                   NamedType{"unsigned char", PixelType::uint8},
                                   NamedType{"uint8", PixelType::uint8},
                                   NamedType{"uint8_t", PixelType::uint8},
                                   NamedType{"short", PixelType::int16},
                                   NamedType{"short int", PixelType::int16},
                                   NamedType{"signed short", PixelType::int16},
                                   NamedType{"signed short int", PixelType::int16},
                                   NamedType{"int16", PixelType::int16},
                                   NamedType{"int16_t", PixelType::int16},
                                   NamedType{"ushort", PixelType::uint16},
                                   NamedType{"unsigned short", PixelType::uint16},
                                   NamedType{"unsigned short int", PixelType::uint16},
                                   NamedType{"uint16", PixelType::uint16},
                                   NamedType{"uint16_t", PixelType::uint16},
                                   NamedType{"int", PixelType::int32},
                                   NamedType{"signed int", PixelType::int32},
                                   NamedType{"int32", PixelType::int32},
                                   NamedType{"int32_t", PixelType::int32},
                                   NamedType{"uint", PixelType::uint32},
                                   NamedType{"unsigned int", PixelType::uint32},
                                   NamedType{"uint32", PixelType::uint32},
                                   NamedType{"uint32_t", PixelType::uint32},
                                   NamedType{"float", PixelType::float32},
                                   NamedType{"double", PixelType::float64}};

template <std::size_t N>
std::optional<PixelType> type_named(const std::array<NamedType, N>& types, std::string_view name) {
  const auto at = std::ranges::find(types, name, &NamedType::name);
  if (at == types.end()) return std::nullopt;
  return at->type;
}

}  // namespace

// MET_LONG is left out: its size depends on who wrote it.
std::optional<PixelType> metaimage_type(std::string_view name) {
  return type_named(meta_types, name);
}

std::optional<PixelType> nrrd_type(std::string_view name) {
  std::string one_space;
  for (const std::string_view word : words_of(name)) {
    one_space += (one_space.empty() ? "" : " ") + in_small_letters(word);
  }
  return type_named(nrrd_types, one_space);
}

}  // namespace trocar
