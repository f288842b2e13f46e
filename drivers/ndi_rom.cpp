#include "drivers/ndi_rom.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "drivers/little_endian.hpp"

namespace trocar {
namespace {

using Bytes = std::span<const std::byte>;

// Offsets found on ten Polaris tool files; the checksum of all of them agrees.
constexpr std::size_t at_checksum = 4;
constexpr std::size_t checksum_from = 6;
constexpr std::size_t at_format = 8;
constexpr std::size_t at_sub_type = 12;
constexpr std::size_t at_main_type = 15;
constexpr std::size_t at_serial = 20;
constexpr std::size_t at_max_angle = 24;
constexpr std::size_t at_marker_count = 28;
constexpr std::size_t at_min_markers = 32;
constexpr std::size_t at_max_error = 36;
constexpr std::size_t at_constant = 64;
constexpr std::size_t at_markers = 72;
constexpr std::size_t at_normals = 312;
constexpr std::size_t at_manufacturer = 580;
constexpr std::size_t at_part_number = 592;
constexpr std::size_t manufacturer_size = 12;
constexpr std::size_t part_number_size = 20;
constexpr double max_extent_mm = 1000;          // no marker body is a metre wide
constexpr std::size_t min_markers_of_body = 3;  // fewer points have no orientation

Error refuse(const std::string& detail) { return {Code::malformed, "tool definition: " + detail}; }

std::uint16_t checksum(Bytes bytes) {
  unsigned sum = 0;
  for (const std::byte b : bytes.subspan(checksum_from)) sum += std::to_integer<unsigned>(b);
  return static_cast<std::uint16_t>(sum);
}

std::string text_at(Bytes bytes, std::size_t at, std::size_t size) {
  std::string text;
  for (const std::byte b : bytes.subspan(at, size)) {
    const char c = static_cast<char>(b);
    if (c < ' ' || c > '~') break;
    text += c;
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

Eigen::Vector3d vector_at(Bytes bytes, std::size_t at) {
  return {load_le<float>(bytes, at), load_le<float>(bytes, at + 4), load_le<float>(bytes, at + 8)};
}

void store_vector(std::span<std::byte> bytes, std::size_t at, const Eigen::Vector3d& v) {
  for (int i = 0; i < 3; ++i) {
    store_le(bytes, at + 4 * static_cast<std::size_t>(i), static_cast<float>(v[i]));
  }
}

void store_text(std::span<std::byte> bytes, std::size_t at, std::string_view text,
                std::size_t size) {
  for (std::size_t i = 0; i < std::min(size, text.size()); ++i) {
    bytes[at + i] = static_cast<std::byte>(text[i]);
  }
}

bool looks_wired(Bytes b) {
  const auto is = [&](std::size_t i, char c) { return b[i] == static_cast<std::byte>(c); };
  const bool version = (is(0, 0) || is(0, 1)) && is(1, 0);
  return version && is(2, 'A') && is(3, 'A') && is(4, 'A');
}

std::optional<Error> read_points(Bytes bytes, std::size_t count, NdiRom& rom) {
  for (std::size_t i = 0; i < count; ++i) {
    const Eigen::Vector3d marker = vector_at(bytes, at_markers + 12 * i);
    const Eigen::Vector3d normal = vector_at(bytes, at_normals + 12 * i);
    if (!marker.allFinite() || marker.cwiseAbs().maxCoeff() > max_extent_mm) {
      return refuse(
          fmt::format("marker {} lies outside {} mm or is not a number", i + 1, max_extent_mm));
    }
    const bool stated = !normal.isZero();
    if (!normal.allFinite() || (stated && std::abs(normal.norm() - 1.0) > 0.01)) {
      return refuse(fmt::format("normal of marker {} is not a unit vector", i + 1));
    }
    rom.markers.push_back({marker});
    rom.normals.push_back({normal});
  }
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (distance_mm(rom.markers[i], rom.markers[k]) > 1.0) continue;
      return refuse(fmt::format("markers {} and {} lie at the same place", k + 1, i + 1));
    }
  }
  return std::nullopt;
}

}  // namespace

Result<NdiRom> parse_ndi_rom(Bytes bytes) {
  NdiRom rom;
  if (bytes.size() == ndi_wired_rom_bytes && looks_wired(bytes)) {
    rom.wired = true;
    return rom;
  }
  if (bytes.size() != ndi_rom_bytes) {
    return refuse(fmt::format("expected {} bytes (Polaris) or {} (Aurora), found {}", ndi_rom_bytes,
                              ndi_wired_rom_bytes, bytes.size()));
  }
  if (load_le<std::uint32_t>(bytes) != 0x0049444EU) return refuse("does not start with NDI");
  const auto stated = load_le<std::uint16_t>(bytes, at_checksum);
  if (stated != checksum(bytes)) {
    return refuse(fmt::format("checksum is {:04X}, the bytes give {:04X}: the file is damaged",
                              stated, checksum(bytes)));
  }
  rom.sub_type = std::to_integer<std::uint8_t>(bytes[at_sub_type]);
  rom.main_type = std::to_integer<std::uint8_t>(bytes[at_main_type]);
  rom.serial = load_le<std::uint32_t>(bytes, at_serial);
  rom.max_marker_angle_deg = std::to_integer<std::uint8_t>(bytes[at_max_angle]);
  const std::uint32_t count = load_le<std::uint32_t>(bytes, at_marker_count);
  if (count < min_markers_of_body || count > ndi_max_markers) {
    return refuse(fmt::format("expected {} to {} markers, found {}", min_markers_of_body,
                              ndi_max_markers, count));
  }
  rom.min_markers = load_le<std::uint32_t>(bytes, at_min_markers);
  if (rom.min_markers < min_markers_of_body || rom.min_markers > count) {
    return refuse(fmt::format("smallest number of markers: expected {} to {}, found {}",
                              min_markers_of_body, count, rom.min_markers));
  }
  rom.max_3d_error_mm = load_le<float>(bytes, at_max_error);
  if (!(rom.max_3d_error_mm > 0) || rom.max_3d_error_mm > 100) {
    return refuse(
        fmt::format("largest 3D error: expected 0 to 100 mm, found {}", rom.max_3d_error_mm));
  }
  if (auto wrong = read_points(bytes, count, rom)) return *wrong;
  rom.manufacturer = text_at(bytes, at_manufacturer, manufacturer_size);
  rom.part_number = text_at(bytes, at_part_number, part_number_size);
  return rom;
}

Result<NdiRomFile> read_ndi_rom(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::io, fmt::format("{}: cannot be read", file.string())};
  // One byte more than any good file is enough to know that it is too long.
  std::vector<char> read(2048);
  in.read(read.data(), static_cast<std::streamsize>(read.size()));
  NdiRomFile out;
  const auto* p = reinterpret_cast<const std::byte*>(read.data());
  out.bytes.assign(p, p + in.gcount());
  auto rom = parse_ndi_rom(out.bytes);
  if (!rom) return Error{rom.error().code, file.string() + ": " + rom.error().detail};
  out.rom = std::move(rom).value();
  return out;
}

std::vector<std::byte> make_ndi_rom(const NdiRom& rom) {
  std::vector<std::byte> bytes(ndi_rom_bytes);
  const std::span<std::byte> out(bytes);
  store_le(out, 0, std::uint32_t{0x0049444E});
  store_le(out, at_format, std::uint32_t{1});
  store_le(out, at_sub_type, rom.sub_type);
  store_le(out, at_main_type, rom.main_type);
  store_le(out, at_serial, rom.serial);
  store_le(out, at_max_angle, rom.max_marker_angle_deg);
  store_le(out, at_marker_count, static_cast<std::uint32_t>(rom.markers.size()));
  store_le(out, at_min_markers, rom.min_markers);
  store_le(out, at_max_error, static_cast<float>(rom.max_3d_error_mm));
  store_le(out, at_constant, 10.0F);
  for (std::size_t i = 0; i < std::min(rom.markers.size(), ndi_max_markers); ++i) {
    store_vector(out, at_markers + 12 * i, rom.markers[i].mm);
    if (i < rom.normals.size()) store_vector(out, at_normals + 12 * i, rom.normals[i].mm);
  }
  store_text(out, at_manufacturer, rom.manufacturer, manufacturer_size);
  store_text(out, at_part_number, rom.part_number, part_number_size);
  store_le(out, at_checksum, checksum(out));
  return bytes;
}

}  // namespace trocar
