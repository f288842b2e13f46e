#include "engine/model/volume_whole.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

constexpr std::uint64_t voxels = 6 * 5 * 4 * 2;  // bytes of small_geometry()

bool whole(const std::filesystem::path& file, ImageFormat format, std::uint64_t bytes = voxels) {
  const Status s = check_whole(file, format, bytes);
  if (!s) CHECK(s.error().detail.starts_with(file.string() + ": "));
  return static_cast<bool>(s);
}

std::string meta_header(const std::string& data, const std::string& more = "") {
  return "ObjectType = Image\nNDims = 3\nDimSize = 2 2 2\nElementType = MET_SHORT\n" + more +
         "ElementDataFile = " + data + "\n";
}

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size,
           reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  out.resize(size);
  return out;
}

}  // namespace

TEST_CASE("a MetaImage or NIfTI with its last byte is whole, without it is not") {
  const TempFolder folder;
  write_meta(folder / "a.mha", small_geometry());
  write_nifti(folder / "a.nii", small_geometry());
  for (const auto& [name, format] : std::vector<std::pair<std::string, ImageFormat>>{
           {"a.mha", ImageFormat::meta_image}, {"a.nii", ImageFormat::nifti}}) {
    CHECK(whole(folder / name, format));
    CHECK_FALSE(whole(folder / name, format, voxels + 1));
    const std::string bytes = read_file(folder / name);
    write_file(folder / name, bytes.substr(0, bytes.size() - 1));
    CHECK_FALSE(whole(folder / name, format));
  }
}

TEST_CASE("a packed NIfTI is unpacked to be counted, and damage in it is seen") {
  const TempFolder folder;
  write_nifti(folder / "a.nii.gz", small_geometry());
  CHECK(whole(folder / "a.nii.gz", ImageFormat::nifti));
  CHECK_FALSE(whole(folder / "a.nii.gz", ImageFormat::nifti, voxels + 1));
  const std::string bytes = read_file(folder / "a.nii.gz");
  for (const std::size_t cut : {1U, 4U, 8U, 20U}) {  // the last eight bytes are the checksum's
    write_file(folder / "a.nii.gz", bytes.substr(0, bytes.size() - cut));
    CHECK_FALSE(whole(folder / "a.nii.gz", ImageFormat::nifti));
  }
  std::string damaged = bytes;
  damaged[damaged.size() / 2] ^= 0x55;
  write_file(folder / "a.nii.gz", damaged);
  CHECK_FALSE(whole(folder / "a.nii.gz", ImageFormat::nifti));
}

TEST_CASE("NIfTI in two files is not supported, and no offset of voxels is believed blindly") {
  const TempFolder folder;
  write_nifti(folder / "a.nii", small_geometry());
  std::string bytes = read_file(folder / "a.nii");
  bytes.replace(344, 3, "ni1");
  write_file(folder / "pair.nii", bytes);
  const Status pair = check_whole(folder / "pair.nii", ImageFormat::nifti, voxels);
  REQUIRE_FALSE(pair);
  CHECK(pair.error().code == Code::unsupported);
  bytes = read_file(folder / "a.nii");
  for (const float offset : {-1.F, 1e30F, NAN}) {
    bytes.replace(108, 4, std::string(reinterpret_cast<const char*>(&offset), 4));
    write_file(folder / "a.nii", bytes);
    CHECK_FALSE(whole(folder / "a.nii", ImageFormat::nifti));
  }
}

TEST_CASE("a MetaImage may keep its voxels in a file beside it") {
  const TempFolder folder;
  write_file(folder / "a.mhd", meta_header("a.raw"));
  CHECK_FALSE(whole(folder / "a.mhd", ImageFormat::meta_image, 16));
  write_file(folder / "a.raw", std::string(15, 'v'));
  const Status s = check_whole(folder / "a.mhd", ImageFormat::meta_image, 16);
  REQUIRE_FALSE(s);
  CHECK(s.error().detail.ends_with("expected 16 bytes of voxels in 'a.raw', found 15"));
  write_file(folder / "a.raw", std::string(16, 'v'));
  CHECK(whole(folder / "a.mhd", ImageFormat::meta_image, 16));
}

TEST_CASE("the voxels of a MetaImage in one file begin behind the header, which does not count") {
  const TempFolder folder;
  write_file(folder / "a.mha", meta_header("LOCAL") + std::string(16, 'v'));
  CHECK(whole(folder / "a.mha", ImageFormat::meta_image, 16));
  CHECK_FALSE(whole(folder / "a.mha", ImageFormat::meta_image, 17));
}

TEST_CASE("a packed MetaImage holds its voxels whole, and states the size it is packed to") {
  const TempFolder folder;
  const auto write = [&](const std::string& stated, const std::string& stream) {
    write_file(folder / "a.mha", meta_header("LOCAL", "CompressedData = True\n" + stated) + stream);
  };
  const auto sized = [](std::size_t n) { return fmt::format("CompressedDataSize = {}\n", n); };
  const auto is_whole = [&] { return whole(folder / "a.mha", ImageFormat::meta_image, 5000); };
  std::string voxels;
  for (int i = 0; i < 5000; ++i) voxels += static_cast<char>(i * i % 251);
  const std::string stream = deflated(voxels);
  write(sized(stream.size()), stream);
  CHECK(is_whole());
  CHECK_FALSE(whole(folder / "a.mha", ImageFormat::meta_image, 5001));
  CHECK_FALSE(whole(folder / "a.mha", ImageFormat::meta_image, 4999));
  write("", stream);
  CHECK_FALSE(is_whole());
  write(sized(stream.size() + 1), stream);
  CHECK_FALSE(is_whole());
  for (const std::size_t cut : {std::size_t{1}, std::size_t{4}, stream.size() / 2}) {
    write(sized(stream.size() - cut), stream.substr(0, stream.size() - cut));
    CHECK_FALSE(is_whole());
  }
  for (const std::size_t at : {stream.size() / 2, stream.size() - 1}) {  // data, checksum
    std::string damaged = stream;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    write(sized(damaged.size()), damaged);
    CHECK_FALSE(is_whole());
  }
}

TEST_CASE("what ITK's own readers check is left to them") {
  const TempFolder folder;
  CHECK(whole(folder / "absent.nrrd", ImageFormat::nrrd));
  CHECK(whole(folder.path(), ImageFormat::dicom_folder));
}
