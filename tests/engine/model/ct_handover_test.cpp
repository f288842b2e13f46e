#include "engine/model/ct_handover.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ct_files.hpp"
#include "engine/model/dicom_folder.hpp"

using namespace trocar;
using namespace trocar::test;
using nlohmann::json;

namespace {

class MemoryFile {
 public:
  MemoryFile() : descriptor_(::memfd_create("volume", MFD_CLOEXEC)) { REQUIRE(descriptor_ >= 0); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// What the decoding process gives for a good folder; the tests spoil it.
struct Decoded {
  TempFolder folder;
  MemoryFile file;
  json report;

  Decoded() {
    write_dicom(folder / "ct", small_geometry());
    write_file(folder / "ct/readme.txt", "hello");
    report = json::parse(decode_folder(folder / "ct", file.get(), 2));
  }
  [[nodiscard]] SeriesReading taken() const { return take_decoded(report.dump(), file.get()); }
};

bool does_not_fit(const SeriesReading& reading) {
  INFO(reading.reason);
  return !reading.ct && reading.reason.find("they do not fit") != std::string::npos;
}

}  // namespace

TEST_CASE("a CT handed over is the CT that was read") {
  const Decoded d;
  const SeriesReading reading = d.taken();
  INFO(reading.reason);
  REQUIRE(reading.ct);
  const CtVolume& ct = *reading.ct->volume;
  const VolumeGeometry g = small_geometry();
  CHECK(ct.geometry.size == g.size);
  // To the bit: numbers travel as text that names them exactly.
  const auto read = read_dicom_folder(d.folder / "ct");
  REQUIRE(read);
  const VolumeGeometry& direct = read.value().volume->geometry;
  CHECK(ct.geometry.spacing_mm == direct.spacing_mm);
  CHECK(ct.geometry.origin.mm == direct.origin.mm);
  CHECK(ct.geometry.direction == direct.direction);
  CHECK(ct.frame_of_reference_uid == "1.2.3.3");
  CHECK(reading.ct->ignored_files == 1);
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        REQUIRE(ct.at(x, y, z) == chiral(g.at(Eigen::Vector3d(x, y, z))));
}

TEST_CASE("what the gate refuses comes as issues and a reason, without a volume") {
  const TempFolder folder;
  VolumeGeometry g = small_geometry();
  g.size[2] = 8;
  write_dicom(folder / "ct", g, [](int slice, DicomTags&) { return slice != 3; });
  const MemoryFile file;
  const SeriesReading reading =
      take_decoded(decode_folder(folder / "ct", file.get(), 1), file.get());
  CHECK_FALSE(reading.ct);
  CHECK(reading.reason.find("missing_slices") != std::string::npos);
  REQUIRE(reading.issues.size() == 1);
  CHECK(reading.issues[0].issue == InputIssue::missing_slices);
}

TEST_CASE("a folder that is not there is a reason") {
  const MemoryFile file;
  const SeriesReading reading = take_decoded(decode_folder("/no/such", file.get(), 1), file.get());
  CHECK_FALSE(reading.ct);
  CHECK_FALSE(reading.reason.empty());
}

TEST_CASE("a geometry that the voxels do not fill, or that is none, is not believed") {
  Decoded d;
  const json good = d.report;
  const auto with = [&](const char* key, const json& value) {
    d.report = good;
    d.report["geometry"][key] = value;
    return d.taken();
  };
  CHECK(does_not_fit(with("size", {6, 5, 5})));
  CHECK(does_not_fit(with("size", {6, 5, 3})));
  CHECK(does_not_fit(with("size", {6, 5})));
  CHECK(does_not_fit(with("size", {6, 5, -4})));
  CHECK(does_not_fit(with("size", {1e300, 5, 4})));
  CHECK(does_not_fit(with("size", "6 5 4")));
  CHECK(does_not_fit(with("spacing_mm", {1.5, 0.0, 2.0})));
  CHECK(does_not_fit(with("spacing_mm", {1.5, nullptr, 2.0})));
  CHECK(does_not_fit(with("direction", {-1, 0, 0, 0, 1, 0, 0, 0, 1})));  // H8: a mirror image
  CHECK(does_not_fit(with("direction", {1, 0, 0, 0, 1, 0, 0, 0, 2})));
  d.report = good;
  d.report.erase("geometry");
  CHECK(does_not_fit(d.taken()));
  d.report = good;
  REQUIRE(d.taken().ct);  // what was good before still is
}

TEST_CASE("a volume that is no file, or shorter than said, is not believed") {
  const Decoded d;
  CHECK(does_not_fit(take_decoded(d.report.dump(), -1)));
  REQUIRE(::ftruncate(d.file.get(), 10) == 0);
  CHECK(does_not_fit(d.taken()));
}

TEST_CASE("a report that is none is a reason") {
  const MemoryFile file;
  for (const char* text : {"", "{", "[1, 2]", "null", "\xff\xfe"}) {
    INFO(text);
    const SeriesReading reading = take_decoded(text, file.get());
    CHECK_FALSE(reading.ct);
    CHECK(reading.reason.find("expected a report") != std::string::npos);
  }
}

TEST_CASE("texts from the decoder come as one printable line of bounded length") {
  const MemoryFile file;
  const json report{{"reason", "bad\n\x1b[31m" + std::string(5000, 'x')}};
  const SeriesReading reading = take_decoded(report.dump(), file.get());
  CHECK(reading.reason.size() == 400);
  CHECK(reading.reason.find('\n') == std::string::npos);
  CHECK(reading.reason.find('\x1b') == std::string::npos);
}

TEST_CASE("issues that nobody knows are left out, and so is a frame that is no UID") {
  Decoded d;
  d.report["frame_of_reference_uid"] = "../../etc";
  d.report["issues"] = {
      {{"issue", 9999}, {"detail", "x"}},
      {{"issue", -1}, {"detail", "x"}},
      {{"issue", "0"}, {"detail", "x"}},
      {{"issue", static_cast<int>(InputIssue::slice_spacing_large)}},
      {{"issue", static_cast<int>(InputIssue::slice_spacing_large)}, {"detail", "2.01 mm"}}};
  d.report["ignored_files"] = -3;
  const SeriesReading reading = d.taken();
  REQUIRE(reading.ct);
  CHECK(reading.ct->volume->frame_of_reference_uid.empty());
  REQUIRE(reading.ct->warnings.size() == 1);
  CHECK(reading.ct->warnings[0].detail == "2.01 mm");
  CHECK(reading.ct->ignored_files == 0);
}
