#include "tools/phantom/marker_tools.hpp"

#include "drivers/ndi_rom.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

NdiRom body(std::uint8_t main_type, std::uint32_t serial, const char* part,
            const std::vector<Vec>& markers_mm) {
  NdiRom rom;
  rom.main_type = main_type;
  rom.serial = serial;
  rom.min_markers = 3;
  rom.manufacturer = "trocar";
  rom.part_number = part;
  for (const Vec& m : markers_mm) {
    rom.markers.push_back({m});
    rom.normals.push_back({Vec::UnitZ()});
  }
  return rom;
}

}  // namespace

Status write_marker_tools(const std::filesystem::path& folder) {
  struct Tool {
    const char* file;
    NdiRom rom;
  };
  // Six distances each, all at least 2 mm from every other of the eighteen.
  const std::vector<Tool> tools{
      {"reference.rom",
       body(1, 0x51000001, "REFERENCE",
            {Vec(0, 0, 0), Vec(0, 45.0, 0), Vec(40.0, 93.0, 0), Vec(-29.0, 84.0, 0)})},
      {"pointer.rom", body(2, 0x51000002, "POINTER",
                           {Vec(0, 0, 0), Vec(0, 52.5, 0), Vec(36.0, 122.0, 0), Vec(0, 138.5, 0)})},
      {"needle.rom",
       body(2, 0x51000003, "NEEDLE",
            {Vec(0, 0, 0), Vec(55.5, 0, 0), Vec(18.0, 64.0, 0), Vec(-17.0, 112.0, 0)})}};
  for (const Tool& t : tools) {
    const std::vector<std::byte> image = make_ndi_rom(t.rom);
    std::string bytes(image.size(), '\0');
    for (std::size_t i = 0; i < image.size(); ++i) bytes[i] = std::to_integer<char>(image[i]);
    if (Status s = write_file(folder / t.file, bytes); !s) return s;
  }
  return Done{};
}

}  // namespace trocar::phantom
