#include "engine/model/slice_processes.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("volume", MFD_CLOEXEC)) { REQUIRE(descriptor_ >= 0); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }

  [[nodiscard]] std::vector<std::int16_t> voxels() const {
    struct stat is {};
    REQUIRE(::fstat(descriptor_, &is) == 0);
    std::vector<std::int16_t> out(static_cast<std::size_t>(is.st_size) / sizeof(std::int16_t));
    REQUIRE(::pread(descriptor_, out.data(), out.size() * sizeof(std::int16_t), 0) == is.st_size);
    return out;
  }

 private:
  int descriptor_;
};

VolumeGeometry seven_slices() {
  VolumeGeometry g = small_geometry();
  g.size[2] = 7;
  return g;
}

DicomStack stack_in(const std::filesystem::path& folder) {
  const auto stack = examine_dicom_folder(folder);
  REQUIRE(stack);
  REQUIRE(stack.value().examined.geometry);
  return stack.value();
}

}  // namespace

TEST_CASE("however many processes, each voxel is in its place, and none when there are none") {
  const TempFolder folder;
  const VolumeGeometry g = seven_slices();
  write_dicom(folder / "ct", g);
  const DicomStack stack = stack_in(folder / "ct");
  // More processes than slices, and fewer than one, are no special case.
  for (const int processes : {-1, 0, 1, 2, 3, 7, 20}) {
    INFO(processes << " processes");
    const MemoryFile into;
    REQUIRE(decode_in_processes(stack, into.get(), processes));
    const auto voxels = into.voxels();
    REQUIRE(voxels.size() == g.voxels());
    std::size_t at = 0;
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 0; y < g.size[1]; ++y)
        for (int x = 0; x < g.size[0]; ++x)
          REQUIRE(voxels[at++] == chiral(g.at(Eigen::Vector3d(x, y, z))));
  }
}

TEST_CASE("a slice that cannot be decoded is said by the process that met it") {
  const TempFolder folder;
  write_dicom(folder / "ct", seven_slices());
  const DicomStack stack = stack_in(folder / "ct");
  // Gone between headers and pixels; the last slice, so that another process meets it.
  const auto& last = stack.slices[stack.examined.order.back()];
  REQUIRE(std::filesystem::remove(folder / "ct" / last.file));
  const MemoryFile one, three;
  const Status alone = decode_in_processes(stack, one.get(), 1);
  const Status shared = decode_in_processes(stack, three.get(), 3);
  REQUIRE_FALSE(alone);
  REQUIRE_FALSE(shared);
  CHECK(shared.error().detail == alone.error().detail);
  CHECK(shared.error().detail.find('\n') == std::string::npos);
}

TEST_CASE("a file that cannot grow is an error before any process starts") {
  const TempFolder folder;
  write_dicom(folder / "ct", seven_slices());
  const DicomStack stack = stack_in(folder / "ct");
  const Status closed = decode_in_processes(stack, -1, 2);
  REQUIRE_FALSE(closed);
  CHECK(closed.error().code == Code::out_of_range);
  CHECK(closed.error().detail.find("420 bytes") != std::string::npos);  // 6 x 5 x 7 x 2
}
