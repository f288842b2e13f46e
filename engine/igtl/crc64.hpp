#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace trocar::igtl {

// CRC-64 of ECMA-182 as OpenIGTLink uses it: polynomial 0x42F0E1EBA9EA3693, most significant bit
// first, initial value 0, no final xor. `before`: the CRC of the bytes that come before these.
std::uint64_t crc64(std::span<const std::byte> bytes, std::uint64_t before = 0);

}  // namespace trocar::igtl
