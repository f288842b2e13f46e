#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace trocar {

// CRC-16 of the NDI Combined API: x^16 + x^15 + x^2 + 1, reflected (0xA001), start 0.
std::uint16_t ndi_crc(std::span<const std::byte> bytes);

}  // namespace trocar
