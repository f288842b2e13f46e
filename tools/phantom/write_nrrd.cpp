#include <zlib.h>

#include <bit>
#include <sstream>

#include "engine/base/fixed_number.hpp"
#include "tools/phantom/writers.hpp"

namespace trocar::phantom {
namespace {

static_assert(std::endian::native == std::endian::little,
              "voxels are written as they lie in memory");

// One gzip member without name or time: the same bytes each time.
Result<std::string> gzip(const void* bytes, std::size_t count) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&stream, 1, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return Error{Code::io, "zlib would not start"};
  std::string out(deflateBound(&stream, count), '\0');
  stream.next_in = static_cast<Bytef*>(const_cast<void*>(bytes));  // zlib reads only
  stream.avail_in = static_cast<uInt>(count);
  stream.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return Error{Code::io, "zlib did not finish"};
  return out;
}

std::string header(const Grid& g, const char* type) {
  const auto number = [](double v) { return fixed_number(v, 6); };
  std::ostringstream h;
  h.imbue(std::locale::classic());
  h << "NRRD0005\n# trocar phantom\ntype: " << type << "\ndimension: 3\n"
    << "space: left-posterior-superior\nsizes: " << g.size[0] << ' ' << g.size[1] << ' '
    << g.size[2] << "\nspace directions: (" << number(g.spacing_mm.x()) << ",0,0) (0,"
    << number(g.spacing_mm.y()) << ",0) (0,0," << number(g.spacing_mm.z())
    << ")\nkinds: domain domain domain\n"
    << "endian: little\nencoding: gzip\nspace origin: (" << number(g.origin_mm.x()) << ','
    << number(g.origin_mm.y()) << ',' << number(g.origin_mm.z()) << ")\n\n";
  return h.str();
}

template <class Voxel>
Status write(const Volume<Voxel>& v, const char* type, const std::filesystem::path& file) {
  const Result<std::string> packed = gzip(v.voxels.data(), v.voxels.size() * sizeof(Voxel));
  if (!packed) return Error{Code::io, file.string() + ": " + packed.error().detail};
  return write_file(file, header(v.grid, type) + packed.value());
}

}  // namespace

Status write_nrrd(const Volume<std::int16_t>& volume, const std::filesystem::path& file) {
  return write(volume, "short", file);
}

Status write_nrrd(const Volume<std::uint8_t>& volume, const std::filesystem::path& file) {
  return write(volume, "uchar", file);
}

}  // namespace trocar::phantom
