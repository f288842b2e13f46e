#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "drivers/little_endian.hpp"
#include "drivers/ndi_rom.hpp"

// A tool definition: as the bytes are, and once more with the size, start and checksum that let
// them through to the checks behind. What is taken is a body of markers and survives a rewrite.
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void take(std::span<const std::byte> bytes) {
  const auto parsed = trocar::parse_ndi_rom(bytes);
  if (!parsed || parsed.value().wired) return;
  const trocar::NdiRom& rom = parsed.value();
  require(rom.markers.size() >= 3 && rom.markers.size() <= trocar::ndi_max_markers);
  require(rom.normals.size() == rom.markers.size());
  require(rom.min_markers >= 3 && rom.min_markers <= rom.markers.size());
  for (const auto& m : rom.markers) require(m.mm.allFinite());
  const auto again = trocar::parse_ndi_rom(trocar::make_ndi_rom(rom));
  require(again && again.value().serial == rom.serial);
  for (std::size_t i = 0; i < rom.markers.size(); ++i) {
    require(again.value().markers[i].mm == rom.markers[i].mm);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto given = std::as_bytes(std::span(data, size));
  take(given);
  std::vector<std::byte> whole(given.begin(), given.end());
  whole.resize(trocar::ndi_rom_bytes);
  trocar::store_le(std::span(whole), 0, std::uint32_t{0x0049444E});
  unsigned sum = 0;
  for (std::size_t i = 6; i < whole.size(); ++i) sum += std::to_integer<unsigned>(whole[i]);
  trocar::store_le(std::span(whole), 4, static_cast<std::uint16_t>(sum));
  take(whole);
  return 0;
}
