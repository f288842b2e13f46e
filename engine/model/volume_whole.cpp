#include "engine/model/volume_whole.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/nifti_header.hpp"
#include "engine/model/text_header.hpp"

namespace trocar {

namespace {

// How many bytes come out of `packed` bytes of a zlib stream that begins at `begin`; nothing where
// the stream is damaged, fails its checksum or ends early.
std::optional<std::uint64_t> inflated_bytes(const std::filesystem::path& file, std::uint64_t begin,
                                            std::uint64_t packed) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(begin));
  z_stream stream{};
  constexpr int zlib_or_gzip = 15 + 32;
  if (!in || inflateInit2(&stream, zlib_or_gzip) != Z_OK) return std::nullopt;
  const auto end = [](z_stream* s) { inflateEnd(s); };
  const std::unique_ptr<z_stream, decltype(end)> ends(&stream, end);
  std::vector<unsigned char> from(1U << 18U), to(1U << 20U);
  std::uint64_t out = 0;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    if (stream.avail_in == 0) {
      const auto want = static_cast<std::streamsize>(std::min<std::uint64_t>(packed, from.size()));
      in.read(reinterpret_cast<char*>(from.data()), want);
      stream.next_in = from.data();
      stream.avail_in = static_cast<unsigned>(in.gcount());
      packed -= stream.avail_in;
      if (stream.avail_in == 0) return std::nullopt;
    }
    stream.next_out = to.data();
    stream.avail_out = static_cast<unsigned>(to.size());
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) return std::nullopt;
    out += to.size() - stream.avail_out;
  }
  return out;
}

// MetaIO takes a file cut in its voxels for whole, and a damaged stream for one that ended.
Status check_meta(const std::filesystem::path& file, std::uint64_t voxel_bytes) {
  TextHeader header = read_text_header(file, '=', "ElementDataFile");
  const std::uint64_t begin = header.bytes;
  const std::string where = header.entries["ElementDataFile"];
  const bool local = where == "LOCAL";
  const std::filesystem::path data = local ? file : file.parent_path() / where;
  std::error_code ec;
  const std::uint64_t size = where.empty() ? 0 : std::filesystem::file_size(data, ec);
  const bool packed = header.entries["CompressedData"] == "True";
  const std::string& packed_size = header.entries["CompressedDataSize"];
  const std::uint64_t needed =
      !packed ? voxel_bytes : std::strtoull(packed_size.c_str(), nullptr, 10);
  const std::uint64_t there = ec || (local && size < begin) ? 0 : size - (local ? begin : 0);
  if (there < needed || (packed && needed == 0)) {
    return Error{Code::malformed, fmt::format("{}: expected {} bytes of voxels in '{}', found {}",
                                              file.string(), needed, where, there)};
  }
  if (!packed) return Done{};
  const auto inflated = inflated_bytes(data, local ? begin : 0, needed);
  if (inflated == voxel_bytes) return Done{};
  const std::string found = inflated ? fmt::format("{}", *inflated) : "a damaged stream";
  return Error{Code::malformed, fmt::format("{}: expected {} bytes of voxels packed in '{}', "
                                            "found {}",
                                            file.string(), voxel_bytes, where, found)};
}

// Plain or packed: zlib reads both. A damaged packed file fails its checksum here.
Status check_nifti(const std::filesystem::path& file, std::uint64_t voxel_bytes) {
  const auto close = [](gzFile in) { gzclose(in); };
  const std::unique_ptr<gzFile_s, decltype(close)> in(gzopen(file.c_str(), "rb"), close);
  std::vector<char> chunk(1U << 20U);
  std::string header;
  std::uint64_t there = 0;
  int got = 0;
  while (in != nullptr &&
         (got = gzread(in.get(), chunk.data(), static_cast<unsigned>(chunk.size()))) > 0) {
    if (there == 0) header.assign(chunk.data(), nifti_header_bytes);
    there += static_cast<std::uint64_t>(got);
  }
  // At the end of a file cut in its packed data or checksum gzread gives 0, like at a sound end.
  int state = Z_OK;
  if (in != nullptr) (void)gzerror(in.get(), &state);
  const bool sound = got == 0 && state == Z_OK;
  if (header.size() < nifti_header_bytes || header.compare(344, 3, "n+1") != 0) {
    return Error{Code::unsupported,
                 file.string() + ": expected NIfTI-1 in one file, found another"};
  }
  float begin = 0;
  std::memcpy(&begin, header.data() + 108, sizeof begin);
  const bool offset_fits = begin >= 0 && begin <= 1e6F;  // false for NaN
  const std::uint64_t needed = voxel_bytes + (offset_fits ? static_cast<std::uint64_t>(begin) : 0);
  if (sound && offset_fits && there >= needed) return Done{};
  return Error{Code::malformed, fmt::format("{}: expected {} bytes, found {}{}", file.string(),
                                            needed, there, sound ? "" : " before damage")};
}

}  // namespace

Status check_whole(const std::filesystem::path& file, ImageFormat format,
                   std::uint64_t voxel_bytes) {
  switch (format) {
    case ImageFormat::meta_image:
      return check_meta(file, voxel_bytes);
    case ImageFormat::nifti:
      return check_nifti(file, voxel_bytes);
    case ImageFormat::nrrd:          // ITK's reader asks for all of it
    case ImageFormat::dicom_folder:  // slice by slice: dicom_elements
      break;
  }
  return Done{};
}

}  // namespace trocar
