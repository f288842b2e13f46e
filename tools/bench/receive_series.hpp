#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/result.hpp"

namespace trocar::bench {

// How the pixels of a series are packed, and what sends it so.
struct Packing {
  const char* name;      // of its folder, too
  const char* uid;       // transfer syntax; empty: as it was made
  const char* proposes;  // option of storescu
};
inline constexpr std::array<Packing, 5> packings{{
    {"uncompressed", "", "-xe"},
    {"jpeg2000", "1.2.840.10008.1.2.4.90", "-xv"},
    {"jpegls", "1.2.840.10008.1.2.4.80", "-xt"},
    {"jpeg", "1.2.840.10008.1.2.4.70", "-xs"},
    {"rle", "1.2.840.10008.1.2.5", "-xr"},
}};

// Size of the scan on the table.
struct ScanSize {
  int slices = 200, side = 512;
  double in_plane_mm = 0.8;
};

// A phantom's patient, whose spine bends on the table, in `folder`, unless one of that size is
// there already: plan, run_ct.toml, and the scan as scans/NAME for the first packing. Errors: io.
Status make_receive_room(const std::filesystem::path& folder, const ScanSize& size);

// The same scan packed otherwise, unless it is there already. Lossless. Errors: io.
Status pack_series(const std::filesystem::path& from, const std::filesystem::path& to,
                   const Packing& packing);

}  // namespace trocar::bench
