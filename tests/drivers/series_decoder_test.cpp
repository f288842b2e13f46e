#include "drivers/series_decoder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "compressed_series.hpp"
#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

DecoderConfig config(std::vector<std::string> command = {TROCAR_DECODER}) {
  DecoderConfig c;
  c.command = std::move(command);
  return c;
}

VolumeGeometry geometry() {
  VolumeGeometry g = small_geometry();
  g.size = {32, 24, 7};
  return g;
}

void check_voxels(const SeriesReading& reading) {
  INFO(reading.reason);
  REQUIRE(reading.ct);
  const CtVolume& ct = *reading.ct->volume;
  REQUIRE(ct.geometry.size == geometry().size);
  for (int z = 0; z < 7; ++z) {
    for (int y = 0; y < 24; ++y) {
      for (int x = 0; x < 32; ++x) {
        REQUIRE(ct.at(x, y, z) == chiral(geometry().at(Eigen::Vector3d(x, y, z))));
      }
    }
  }
}

bool says(const SeriesReading& reading, const std::string& part) {
  INFO(reading.reason);
  CHECK_FALSE(reading.ct);
  CHECK(reading.reason.find('\n') == std::string::npos);
  CHECK(reading.reason.find(part) != std::string::npos);
  return !reading.ct;
}

}  // namespace

TEST_CASE("a series comes back from the other process with each voxel in its place") {
  const TempFolder folder;
  write_dicom(folder / "ct", geometry());
  for (const int processes : {1, 2, 3, 16}) {
    DecoderConfig c = config();
    c.processes = processes;
    const SeriesReading reading = decode_series(folder / "ct", c, -1);
    check_voxels(reading);
    CHECK(reading.ct->volume->frame_of_reference_uid == "1.2.3.3");
  }
}

TEST_CASE("the lossless compressions of CTs are decoded to the same voxels") {
  const char* syntax = GENERATE(jpeg_2000_lossless, jpeg_ls_lossless, jpeg_lossless, rle_lossless);
  INFO(syntax);
  const TempFolder folder;
  write_dicom(folder / "ct", geometry());
  compress(folder / "ct", syntax);
  check_voxels(decode_series(folder / "ct", config(), -1));
}

TEST_CASE("H13: warnings of the gate come with the volume, refusals come as issues") {
  const TempFolder folder;
  VolumeGeometry g = geometry();
  g.spacing_mm.z() = 2.01;
  write_dicom(folder / "thick", g);
  const SeriesReading thick = decode_series(folder / "thick", config(), -1);
  REQUIRE(thick.ct);
  REQUIRE(thick.ct->warnings.size() == 1);
  CHECK(thick.ct->warnings[0].issue == InputIssue::slice_spacing_large);

  write_dicom(folder / "gap", g, [](int slice, DicomTags&) { return slice != 3; });
  const SeriesReading gap = decode_series(folder / "gap", config(), -1);
  CHECK(says(gap, "missing_slices: "));
  REQUIRE(gap.issues.size() == 1);
  CHECK(gap.issues[0].issue == InputIssue::missing_slices);
}

TEST_CASE("compressed pixels that are damaged are a reason, not a picture and not an end") {
  const TempFolder folder;
  write_dicom(folder / "ct", geometry());
  compress(folder / "ct", jpeg_2000_lossless);
  damage_pixels(folder / "ct/896.dcm");
  CHECK(says(decode_series(folder / "ct", config(), -1), "damaged or cut short"));
}

TEST_CASE("a bomb of pixels costs the other process its life at most") {
  const TempFolder folder;
  write_dicom(folder / "ct", geometry());
  compress(folder / "ct", jpeg_2000_lossless);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "ct")) make_bomb(entry);
  const SeriesReading reading = decode_series(folder / "ct", config(), -1);
  CHECK(says(reading, "expected a volume within the limit"));

  DecoderConfig wide = config();
  wide.limits.file_bytes = std::size_t{1} << 40U;
  wide.limits.memory_bytes = 256U << 20U;
  const SeriesReading more = decode_series(folder / "ct", wide, -1);
  CHECK_FALSE(more.ct);
  CHECK_FALSE(more.reason.empty());
}

TEST_CASE("a decoder that hangs, dies or lies is a reason") {
  CHECK(says(decode_series("x", config({TROCAR_DECODER, "die"}), -1), "ended by signal 6"));
  CHECK(says(decode_series("x", config({TROCAR_DECODER, "lie"}), -1), "they do not fit"));
  CHECK(says(decode_series("x", config({"/no/such/program"}), -1), "cannot start the decoder"));
  CHECK(says(decode_series("x", config({"/bin/true"}), -1), "expected a report"));
  DecoderConfig hanging = config({TROCAR_DECODER, "hang"});
  hanging.deadline = 100ms;
  CHECK(says(decode_series("x", hanging, -1), "expected the decoder to end within"));
}

TEST_CASE("a decoder can be stopped") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], "x", 1) == 1);
  CHECK(says(decode_series("x", config({TROCAR_DECODER, "hang"}), ends[0]), "stopped"));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("a decoder uses no more CPU than it may") {
  DecoderConfig c = config();
  c.limits.cpu = 1s;
  c.command = {"/bin/sh", "-c", "ulimit -t 1; while :; do :; done"};
  CHECK(says(decode_series("x", c, -1), "signal"));
}

TEST_CASE("a series leaves no descriptor behind") {
  const TempFolder folder;
  write_dicom(folder / "ct", geometry());
  const int before = ::open("/dev/null", O_RDONLY);
  ::close(before);
  for (int n = 0; n < 3; ++n) {
    decode_series(folder / "ct", config(), -1);
    decode_series("x", config({TROCAR_DECODER, "die"}), -1);
  }
  const int after = ::open("/dev/null", O_RDONLY);
  ::close(after);
  CHECK(after == before);
}
