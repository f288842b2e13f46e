#include "tools/bench/ct_scan_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

namespace trocar::bench {
namespace {

namespace fs = std::filesystem;

constexpr int made_by = 1;  // counts up when make_scan() makes something else of the same ScanMake

struct Head {
  std::array<int, 3> size;
  int target;
  Eigen::Vector3d spacing_mm, origin_mm, centre_mm;
  std::array<Eigen::Vector3d, 20> points_mm;
  Eigen::Matrix4d intraop_from_preop;
};

std::string name_of(const CtSource& source, const ScanMake& make) {
  const std::string slices =
      make.slice_mm == make.spacing_mm ? "" : fmt::format("_slices_{}", make.slice_mm);
  return fmt::format("{}_{}_{}{}_{}_{}_{}_{}{}.v{}", source.name, make.seed, make.target,
                     make.operated ? "_operated" : "", make.height_mm, make.spacing_mm,
                     make.field_mm, make.shift_levels, slices, made_by);
}

template <class T>
void put(std::ostream& out, const T* from, std::size_t n) {
  out.write(reinterpret_cast<const char*>(from),  // NOLINT: bytes of a file of our own
            static_cast<std::streamsize>(n * sizeof(T)));
}
template <class T>
void get(std::istream& in, T* to, std::size_t n) {
  in.read(reinterpret_cast<char*>(to),  // NOLINT: bytes of a file of our own
          static_cast<std::streamsize>(n * sizeof(T)));
}

std::optional<CtScan> read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Head head;
  get(in, &head, 1);
  if (!in) return std::nullopt;
  auto volume = std::make_shared<CtVolume>();
  volume->geometry.size = head.size;
  volume->geometry.spacing_mm = head.spacing_mm;
  volume->geometry.origin = {head.origin_mm};
  volume->hounsfield.resize(volume->geometry.voxels());
  get(in, volume->hounsfield.data(), volume->hounsfield.size());
  if (!in) return std::nullopt;
  CtScan scan{volume, head.target, head.centre_mm, {}, Eigen::Isometry3d(head.intraop_from_preop)};
  scan.points_mm.assign(head.points_mm.begin(), head.points_mm.end());
  return scan;
}

void write(const fs::path& file, const CtScan& scan) {
  const VolumeGeometry& g = scan.intraop->geometry;
  Head head{g.size,
            scan.target,
            g.spacing_mm,
            g.origin.mm,
            scan.centre_mm,
            {},
            scan.intraop_from_preop.matrix()};
  std::copy_n(scan.points_mm.begin(), head.points_mm.size(), head.points_mm.begin());
  const fs::path part = file.string() + ".part";
  std::ofstream out(part, std::ios::binary);
  put(out, &head, 1);
  put(out, scan.intraop->hounsfield.data(), scan.intraop->hounsfield.size());
  out.close();
  if (!out) {
    std::fprintf(stderr, "bench_ct: %s cannot be written\n", part.c_str());
    std::exit(1);
  }
  fs::rename(part, file);
}

}  // namespace

CtScan kept_scan(const CtSource& source, const ScanMake& make, const fs::path& folder) {
  if (folder.empty()) return make_scan(source, make);
  fs::create_directories(folder);
  const fs::path file = folder / name_of(source, make);
  if (auto kept = read(file)) return *kept;
  CtScan scan = make_scan(source, make);
  write(file, scan);
  return scan;
}

}  // namespace trocar::bench
