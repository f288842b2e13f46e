#pragma once
#include <filesystem>
#include <string>

namespace trocar::test {

inline constexpr const char* jpeg_2000_lossless = "1.2.840.10008.1.2.4.90";
inline constexpr const char* jpeg_ls_lossless = "1.2.840.10008.1.2.4.80";
inline constexpr const char* jpeg_lossless = "1.2.840.10008.1.2.4.70";
inline constexpr const char* rle_lossless = "1.2.840.10008.1.2.5";

// Writes every file of a folder again in a compressed transfer syntax, by GDCM.
void compress(const std::filesystem::path& folder, const char* transfer_syntax);

// A file with the bytes of its compressed pixels from the middle on turned into noise.
void damage_pixels(const std::filesystem::path& file);

// A file whose header and JPEG 2000 stream say 65500 x 65500 pixels: 8 GiB from a few hundred
// bytes.
void make_bomb(const std::filesystem::path& file);

}  // namespace trocar::test
