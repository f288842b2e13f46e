#include "tests/tools/bad_series.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>

#include "engine/model/dicom_file.hpp"
#include "tests/drivers/compressed_series.hpp"
#include "tests/engine/model/ct_files.hpp"

namespace trocar::test {

namespace {

namespace fs = std::filesystem;

VolumeGeometry geometry() {
  VolumeGeometry g = small_geometry();
  g.size = {32, 24, 8};
  return g;
}

using Change = std::function<bool(int slice, DicomTags& tags)>;

// Each a series of its own.
void write_series(const fs::path& folder, const Change& change) {
  static int series = 0;
  const std::string uid = "1.2.3.100." + std::to_string(++series);
  write_dicom(folder, geometry(), [&](int slice, DicomTags& tags) {
    tags["0010,0020"] = "PHANTOM-1";
    tags["0020,000e"] = uid;
    return !change || change(slice, tags);
  });
}

std::function<void(const fs::path&)> with(Change change) {
  return [change](const fs::path& folder) { write_series(folder, change); };
}
// A tag of one slice, or of all.
std::function<void(const fs::path&)> with(const std::string& tag, const std::string& value,
                                          int only = -1) {
  return with([=](int slice, DicomTags& tags) {
    if (only < 0 || slice == only) tags[tag] = value;
    return true;
  });
}

void each_file(const fs::path& folder, const std::function<void(const fs::path&)>& change) {
  for (const auto& entry : fs::directory_iterator(folder)) change(entry.path());
}

void cut_short(const fs::path& folder) {
  write_series(folder, {});
  each_file(folder, [](const fs::path& file) { fs::resize_file(file, fs::file_size(file) - 20); });
}

// Eight gigabytes of pixels for each slice, from some hundred bytes.
void bomb_of_jpeg_2000(const fs::path& folder) {
  write_series(folder, {});
  compress(folder, jpeg_2000_lossless);
  each_file(folder, make_bomb);
}
void bomb_of_rle(const fs::path& folder) {
  write_series(folder, {});
  compress(folder, rle_lossless);
  each_file(folder, [](const fs::path& file) {
    std::string bytes = read_file(file);
    for (const char* tag : {"\x28\x00\x10\x00US", "\x28\x00\x11\x00US"}) {  // rows, columns
      bytes.replace(bytes.find(std::string(tag, 6)) + 8, 2, "\xFF\xFF");
    }
    write_file(file, bytes);
  });
}

// The data set itself is packed (PS3.5 sect. A.5): 64 MiB of nothing.
void bomb_of_deflate(const fs::path& folder) {
  const std::string nothing(64U << 20U, '\0');
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&z, nothing.size()), '\0');
  std::string from = nothing;
  z.next_in = reinterpret_cast<Bytef*>(from.data());
  z.avail_in = static_cast<uInt>(from.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  packed.resize(z.total_out);
  deflateEnd(&z);
  write_file(
      folder / "1.dcm",
      dicom_file_head("1.2.840.10008.5.1.4.1.1.2", "1.2.3.4", "1.2.840.10008.1.2.1.99") + packed);
}

std::vector<BadSeries> of_identity() {
  return {
      {"two patients", Way::dicom, "several_patients", with("0010,0020", "P2", 2)},
      {"two patients, copied", Way::folder, "several_patients", with("0010,0020", "P2", 2)},
      {"two frames of reference", Way::dicom, "several_frames_of_reference",
       with("0020,0052", "1.9", 2)},
      {"two studies", Way::dicom, "several_series", with("0020,000d", "1.9", 2)},
      {"another patient than the plan's", Way::dicom, "another_patient", with("0010,0020", "P2")},
      {"no patient", Way::dicom, "no_patient", with("0010,0020", "")},
      {"no plate in the field", Way::dicom, "reference_not_found", with({})}};
}

std::vector<BadSeries> of_geometry() {
  const std::string second = slice_tags(geometry(), 2).at("0020,0032");
  return {{"a missing slice", Way::dicom, "missing_slices",
           with([](int k, DicomTags&) { return k != 3; })},
          {"a missing slice, nothing numbered", Way::folder, "missing_slices",
           with([](int k, DicomTags& t) { return t.erase("0020,0013"), k != 3; })},
          {"one slice too few at its end", Way::dicom, "series_incomplete",
           with([](int k, DicomTags& t) { return t["0020,1002"] = "8", k != 7; })},
          {"a slice twice, with other pixels", Way::dicom, "duplicate_slices",
           with("0020,0032", second, 3)},
          {"two slices of one name, with other pixels", Way::folder, "duplicate_slices",
           with("0008,0018", "1.2.3.4.3", 3)},
          {"gantry tilt that is stated", Way::dicom, "gantry_tilt", with("0018,1120", "5")},
          {"gantry tilt that only the places show", Way::dicom, "gantry_tilt",
           with([](int k, DicomTags& t) {
             return t["0020,0032"] =
                        "10\\" + std::to_string(-20 + k) + "\\" + std::to_string(30 + 2 * k),
                    true;
           })},
          {"spacing 0", Way::dicom, "geometry_invalid", with("0028,0030", "0\\1")},
          {"spacing below 0", Way::folder, "geometry_invalid", with("0028,0030", "-1\\1")}};
}

std::vector<BadSeries> of_pixels() {
  return {{"slope 0", Way::dicom, "damaged_slices", with("0028,1053", "0")},
          {"slope 0 in one slice", Way::folder, "damaged_slices", with("0028,1053", "0", 7)},
          {"fewer pixels than stated", Way::dicom, "damaged_slices",
           with("0028,0010", std::string("\x30\x00", 2))},
          {"files cut short", Way::folder, "damaged_slices", cut_short},
          {"a bomb of JPEG 2000", Way::folder, "not_decoded", bomb_of_jpeg_2000},
          {"a bomb of run lengths", Way::folder, "not_decoded", bomb_of_rle},
          {"a bomb of a packed data set", Way::folder, "damaged_slices", bomb_of_deflate}};
}

}  // namespace

std::vector<BadSeries> bad_series() {
  std::vector<BadSeries> all = of_identity();
  for (const auto& more : {of_geometry(), of_pixels()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace trocar::test
