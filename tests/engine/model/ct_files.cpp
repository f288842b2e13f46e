#include "ct_files.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <Eigen/Geometry>
#include <array>
#include <atomic>
#include <cstring>
#include <fstream>

namespace trocar::test {

namespace {

std::string voxels(const VolumeGeometry& g, int first, int last, const VoxelValue& value) {
  std::string out;
  for (int z = first; z < last; ++z) {
    for (int y = 0; y < g.size[1]; ++y) {
      for (int x = 0; x < g.size[0]; ++x) {
        const auto v = static_cast<std::uint16_t>(value(g.at(Eigen::Vector3d(x, y, z))));
        out += static_cast<char>(v & 0xff);
        out += static_cast<char>(v >> 8);
      }
    }
  }
  return out;
}

std::string words(const Eigen::Vector3d& v, const char* between) {
  return fmt::format("{:.17g}{}{:.17g}{}{:.17g}", v.x(), between, v.y(), between, v.z());
}

template <class T>
void put(std::string& header, std::size_t at, T value) {
  std::memcpy(header.data() + at, &value, sizeof value);
}

// NIfTI-1 header: https://nifti.nimh.nih.gov, nifti1.h; offsets of its fields.
std::string nifti_header(const VolumeGeometry& g) {
  std::string h(352, '\0');
  put(h, 0, std::int32_t{348});
  const std::array<std::int16_t, 8> dim{3,
                                        static_cast<std::int16_t>(g.size[0]),
                                        static_cast<std::int16_t>(g.size[1]),
                                        static_cast<std::int16_t>(g.size[2]),
                                        1,
                                        1,
                                        1,
                                        1};
  put(h, 40, dim);
  put(h, 70, std::int16_t{4});   // int16
  put(h, 72, std::int16_t{16});  // bits
  const Eigen::Vector3f s = g.spacing_mm.cast<float>();
  put(h, 76, std::array<float, 8>{1, s.x(), s.y(), s.z(), 0, 0, 0, 0});
  put(h, 108, 352.0F);
  put(h, 112, 1.0F);
  put(h, 123, char{2});  // mm
  put(h, 254, std::int16_t{1});
  const Eigen::Vector3d to_ras(-1, -1, 1);
  const Eigen::Matrix3d m = to_ras.asDiagonal() * g.direction * g.spacing_mm.asDiagonal();
  const Eigen::Vector3d o = to_ras.cwiseProduct(g.origin.mm);
  for (int row = 0; row < 3; ++row) {
    const std::array<float, 4> line{static_cast<float>(m(row, 0)), static_cast<float>(m(row, 1)),
                                    static_cast<float>(m(row, 2)), static_cast<float>(o[row])};
    put(h, 280 + 16 * static_cast<std::size_t>(row), line);
  }
  std::memcpy(h.data() + 344, "n+1", 4);
  return h;
}

// Explicit VR little endian, DICOM PS3.5 sect. 7.1.2.
std::string element(const std::string& tag, const std::string& vr, std::string value) {
  if (value.size() % 2 != 0) value += vr == "UI" ? '\0' : ' ';
  std::string out;
  for (const std::size_t part : {std::size_t{0}, std::size_t{5}}) {
    const auto n = static_cast<std::uint16_t>(std::stoul(tag.substr(part, 4), nullptr, 16));
    out += static_cast<char>(n & 0xff);
    out += static_cast<char>(n >> 8);
  }
  out += vr;
  const bool wide = vr == "OW" || vr == "OB";
  const auto size = static_cast<std::uint32_t>(value.size());
  if (wide) out += std::string(2, '\0');
  for (int k = 0; k < (wide ? 4 : 2); ++k) out += static_cast<char>(size >> (8 * k) & 0xff);
  return out + value;
}

std::string number16(int n) { return {static_cast<char>(n & 0xff), static_cast<char>(n >> 8)}; }

const std::map<std::string, std::string> representation{
    {"0008,0016", "UI"}, {"0008,0018", "UI"}, {"0008,0060", "CS"}, {"0010,0010", "PN"},
    {"0010,0020", "LO"}, {"0018,1120", "DS"}, {"0020,000d", "UI"}, {"0020,000e", "UI"},
    {"0020,0013", "IS"}, {"0020,1002", "IS"}, {"0020,0032", "DS"}, {"0020,0037", "DS"},
    {"0020,0052", "UI"}, {"0028,0002", "US"}, {"0028,0004", "CS"}, {"0028,0008", "IS"},
    {"0028,0010", "US"}, {"0028,0011", "US"}, {"0028,0030", "DS"}, {"0028,0100", "US"},
    {"0028,0101", "US"}, {"0028,0102", "US"}, {"0028,0103", "US"}, {"0028,1052", "DS"},
    {"0028,1053", "DS"}};

}  // namespace

TempFolder::TempFolder() {
  static std::atomic<int> count{0};
  path_ = std::filesystem::temp_directory_path() /
          fmt::format("trocar-model-{}-{}", getpid(), count.fetch_add(1));
  std::filesystem::create_directories(path_);
}
TempFolder::~TempFolder() {
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
}

void write_file(const std::filesystem::path& file, const std::string& bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}
std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

VolumeGeometry small_geometry() {
  VolumeGeometry g;
  g.size = {6, 5, 4};
  g.spacing_mm = {1.5, 1.0, 2.0};
  g.origin.mm = {10, -20, 30};
  return g;
}

VolumeGeometry oblique_geometry() {
  VolumeGeometry g = small_geometry();
  g.direction = Eigen::AngleAxisd(0.5, Eigen::Vector3d(1, 2, 3).normalized()).toRotationMatrix();
  return g;
}

void write_nrrd(const std::filesystem::path& file, const VolumeGeometry& g, const VoxelValue& value,
                bool ras) {
  const Eigen::Vector3d flip(ras ? -1 : 1, ras ? -1 : 1, 1);
  const Eigen::Matrix3d axes = flip.asDiagonal() * g.direction * g.spacing_mm.asDiagonal();
  const std::string header = fmt::format(
      "NRRD0004\ntype: int16\ndimension: 3\nspace: {}\nsizes: {} {} {}\n"
      "space directions: ({}) ({}) ({})\nkinds: domain domain domain\nendian: little\n"
      "encoding: raw\nspace origin: ({})\n\n",
      ras ? "right-anterior-superior" : "left-posterior-superior", g.size[0], g.size[1], g.size[2],
      words(axes.col(0), ","), words(axes.col(1), ","), words(axes.col(2), ","),
      words(flip.cwiseProduct(g.origin.mm), ","));
  write_file(file, header + voxels(g, 0, g.size[2], value));
}

void write_meta(const std::filesystem::path& file, const VolumeGeometry& g,
                const VoxelValue& value) {
  const std::string header = fmt::format(
      "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
      "CompressedData = False\nTransformMatrix = {} {} {}\nOffset = {}\nCenterOfRotation = 0 0 0\n"
      "ElementSpacing = {}\nDimSize = {} {} {}\nElementType = MET_SHORT\n"
      "ElementDataFile = LOCAL\n",
      words(g.direction.col(0), " "), words(g.direction.col(1), " "),
      words(g.direction.col(2), " "), words(g.origin.mm, " "), words(g.spacing_mm, " "), g.size[0],
      g.size[1], g.size[2]);
  write_file(file, header + voxels(g, 0, g.size[2], value));
}

void write_nifti(const std::filesystem::path& file, const VolumeGeometry& g,
                 const VoxelValue& value) {
  const std::string bytes = nifti_header(g) + voxels(g, 0, g.size[2], value);
  if (file.extension() != ".gz") return write_file(file, bytes);
  const gzFile out = gzopen(file.c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
}

DicomTags slice_tags(const VolumeGeometry& g, int slice) {
  const Eigen::Vector3d at = g.at(Eigen::Vector3d(0, 0, slice)).mm;
  const auto ds = [](const Eigen::Vector3d& v) {
    return fmt::format("{:.9g}\\{:.9g}\\{:.9g}", v.x(), v.y(), v.z());
  };
  return {{"0008,0016", "1.2.840.10008.5.1.4.1.1.2"},
          {"0008,0018", fmt::format("1.2.3.4.{}", slice + 1)},
          {"0008,0060", "CT"},
          {"0010,0010", "Phantom^Chiral"},
          {"0010,0020", "P1"},
          {"0020,000d", "1.2.3.1"},
          {"0020,000e", "1.2.3.2"},
          {"0020,0013", fmt::format("{}", slice + 1)},
          {"0020,0032", ds(at)},
          {"0020,0037", ds(g.direction.col(0)) + "\\" + ds(g.direction.col(1))},
          {"0020,0052", "1.2.3.3"},
          {"0028,0030", fmt::format("{:.9g}\\{:.9g}", g.spacing_mm.y(), g.spacing_mm.x())},
          {"0028,0002", number16(1)},
          {"0028,0004", "MONOCHROME2"},
          {"0028,0010", number16(g.size[1])},
          {"0028,0011", number16(g.size[0])},
          {"0028,0100", number16(16)},
          {"0028,0101", number16(16)},
          {"0028,0102", number16(15)},
          {"0028,0103", number16(1)},
          {"0028,1052", "-1024"},
          {"0028,1053", "1"}};
}

void write_dicom_slice(const std::filesystem::path& file, const VolumeGeometry& g, int slice,
                       const DicomTags& tags) {
  const std::string sop = tags.contains("0008,0016") ? tags.at("0008,0016") : "";
  std::string meta = element("0002,0001", "OB", std::string("\0\1", 2)) +
                     element("0002,0002", "UI", sop) + element("0002,0003", "UI", "1.2.3.4") +
                     element("0002,0010", "UI", "1.2.840.10008.1.2.1") +
                     element("0002,0012", "UI", "1.2.3.9");
  const auto size = static_cast<std::uint32_t>(meta.size());
  std::string length(4, '\0');
  std::memcpy(length.data(), &size, 4);
  std::string body;
  for (const auto& [tag, value] : tags) body += element(tag, representation.at(tag), value);
  const auto stored = [](const Point<Preop>& p) {
    return static_cast<std::int16_t>(chiral(p) + 1024);
  };
  body += element("7fe0,0010", "OW", voxels(g, slice, slice + 1, stored));
  write_file(file,
             std::string(128, '\0') + "DICM" + element("0002,0000", "UL", length) + meta + body);
}

void write_dicom(const std::filesystem::path& folder, const VolumeGeometry& g,
                 const std::function<bool(int, DicomTags&)>& change) {
  for (int slice = 0; slice < g.size[2]; ++slice) {
    DicomTags tags = slice_tags(g, slice);
    if (change && !change(slice, tags)) continue;
    write_dicom_slice(folder / fmt::format("{:03}.dcm", 900 - slice), g, slice, tags);
  }
}

}  // namespace trocar::test
