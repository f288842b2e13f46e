#include "tools/bench/ct_peer_files.hpp"

#include <array>
#include <fstream>

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;
using Eigen::Vector3d;

template <class Voxel>
void write_mha(const fs::path& file, const VolumeGeometry& g, const std::vector<Voxel>& voxels) {
  std::ofstream out(file, std::ios::binary);
  out << "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
      << "TransformMatrix =";
  for (int c = 0; c < 3; ++c)
    for (int r = 0; r < 3; ++r) out << ' ' << g.direction(r, c);
  out << "\nOffset = " << g.origin.mm.transpose()
      << "\nElementSpacing = " << g.spacing_mm.transpose() << "\nDimSize = " << g.size[0] << ' '
      << g.size[1] << ' ' << g.size[2]
      << "\nElementType = " << (sizeof(Voxel) == 1 ? "MET_UCHAR" : "MET_SHORT")
      << "\nElementDataFile = LOCAL\n";
  out.write(reinterpret_cast<const char*>(voxels.data()),  // NOLINT: bytes of a file
            static_cast<std::streamsize>(voxels.size() * sizeof(Voxel)));
}

void write_fixed(const CtSource& source, const CtScan& scan, const fs::path& folder) {
  const VolumeGeometry& g = source.preop->geometry;
  const Vector3d middle = g.index_of({scan.centre_mm});
  VolumeGeometry part = g;
  std::array<int, 3> first{};
  for (std::size_t k = 0; k < 3; ++k) {
    const auto i = static_cast<Eigen::Index>(k);
    const int reach = static_cast<int>((k == 2 ? 38.0 : 52.0) / g.spacing_mm[i]);
    first[k] = std::max(0, static_cast<int>(middle[i]) - reach);
    part.size[k] = std::min(g.size[k], static_cast<int>(middle[i]) + reach) - first[k];
  }
  part.origin.mm = g.at(Vector3d(first[0], first[1], first[2])).mm - scan.centre_mm;
  std::vector<std::int16_t> hu;
  std::vector<std::uint8_t> mask;
  for (int z = 0; z < part.size[2]; ++z)
    for (int y = 0; y < part.size[1]; ++y)
      for (int x = 0; x < part.size[0]; ++x) {
        hu.push_back(source.preop->at(first[0] + x, first[1] + y, first[2] + z));
        bool near = false;
        for (int dz = -1; dz <= 1 && !near; ++dz)
          for (int dy = -2; dy <= 2 && !near; ++dy)
            for (int dx = -2; dx <= 2 && !near; ++dx) {
              const int u = first[0] + x + dx, v = first[1] + y + dy, w = first[2] + z + dz;
              near = u >= 0 && v >= 0 && w >= 0 && u < g.size[0] && v < g.size[1] &&
                     w < g.size[2] &&
                     source.labels->labels[CtVolume::voxel_offset(g, u, v, w)] == scan.target;
            }
        mask.push_back(near ? 1 : 0);
      }
  write_mha(folder / "fixed.mha", part, hu);
  write_mha(folder / "mask.mha", part, mask);
}

}  // namespace

void write_peer_files(const CtSource& source, const CtScan& scan, const fs::path& folder) {
  write_fixed(source, scan, folder);
  write_mha(folder / "moving.mha", scan.intraop->geometry, scan.intraop->hounsfield);
}

}  // namespace trocar::bench
