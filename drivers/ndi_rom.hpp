#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/base/result.hpp"
#include "engine/base/transform.hpp"

// NDI tool definition files (.rom, the image of a tool's memory): what the tracker must know of a
// marker body before it can see it.
namespace trocar {

inline constexpr std::size_t ndi_rom_bytes = 752;        // Polaris layout
inline constexpr std::size_t ndi_wired_rom_bytes = 329;  // Aurora layout: no marker geometry
inline constexpr std::size_t ndi_max_markers = 20;

struct NdiRom {
  bool wired = false;          // a wired (Aurora) image: everything below is then empty
  std::uint8_t main_type = 2;  // 01 reference, 02 pointer, 03 button box, 04 software-defined
  std::uint8_t sub_type = 0;
  std::uint32_t serial = 0;  // the device prints it as 8 hex digits
  std::uint8_t max_marker_angle_deg = 90;
  std::uint32_t min_markers = 3;
  double max_3d_error_mm = 2.0;
  std::vector<Point<Marker>> markers;
  std::vector<Offset<Marker>> normals;  // unit, or zero when the tool does not state one
  std::string manufacturer;             // at most 12 characters
  std::string part_number;              // at most 20 characters
};

// Errors: size, start, checksum, 3 to 20 markers, min_markers, finite numbers within 1 m, normals.
Result<NdiRom> parse_ndi_rom(std::span<const std::byte> bytes);
// The same for a file; the error names it. `bytes` of the file are given back unchanged.
struct NdiRomFile {
  NdiRom rom;
  std::vector<std::byte> bytes;
};
Result<NdiRomFile> read_ndi_rom(const std::filesystem::path& file);

// The image of a marker body, with its checksum. Not for wired tools.
std::vector<std::byte> make_ndi_rom(const NdiRom& rom);

}  // namespace trocar
