#include "drivers/early_decoding.hpp"

#include <catch2/catch.hpp>

#include "dicom_rig.hpp"
#include "tests/engine/model/ct_files.hpp"

using namespace trocar;
using namespace trocar::test;
using namespace std::chrono_literals;

namespace {

VolumeGeometry geometry() {
  VolumeGeometry g = small_geometry();
  g.size = {32, 24, 7};
  return g;
}

// A decoder that notes each of its starts, and a series.
struct Stage {
  Stage() {
    write_dicom(folder / "ct", geometry());
    config.command = {"/bin/sh", "-c", "echo >>\"$0\"; exec \"$@\"", (folder / "starts").string(),
                      TROCAR_DECODER};
  }
  [[nodiscard]] std::size_t starts() const {
    return std::filesystem::exists(folder / "starts")
               ? std::filesystem::file_size(folder / "starts")
               : 0;
  }
  [[nodiscard]] RestingSeries at_rest(std::size_t objects) const {
    return {folder / "ct", objects};
  }

  TempFolder folder;
  DecoderConfig config;
};

}  // namespace

TEST_CASE("a series that nothing is added to is decoded once, before it is asked for") {
  const Stage stage;
  EarlyDecoding early(stage.config);
  for (int k = 0; k < 3; ++k) early.follow(stage.at_rest(7));
  CHECK(eventually([&] { return stage.starts() == 1; }));
  const SeriesReading reading = early.read(stage.folder / "ct", 7, -1);
  REQUIRE(reading.ct);
  CHECK(reading.ct->volume->geometry.size == geometry().size);
  CHECK(stage.starts() == 1);
}

TEST_CASE("what was decoded before more of a series came is not used") {
  const Stage stage;
  EarlyDecoding early(stage.config);
  early.follow(stage.at_rest(7));
  write_dicom_slice(stage.folder / "ct/more.dcm", geometry(), 7, slice_tags(geometry(), 7));
  const SeriesReading reading = early.read(stage.folder / "ct", 8, -1);
  REQUIRE(reading.ct);
  CHECK(reading.ct->volume->geometry.size[2] == 8);
}

TEST_CASE("a series that pauses after each object is tried a few times and read in the end") {
  const Stage stage;
  EarlyDecoding early(stage.config);
  for (std::size_t k = 1; k < 20; ++k) {
    early.follow(stage.at_rest(k));
    early.follow(std::nullopt);
  }
  CHECK(stage.starts() <= 3);
  CHECK(early.read(stage.folder / "ct", 7, -1).ct);
}

TEST_CASE("a stop ends a decoding that was begun early") {
  Stage stage;
  stage.config.command = {"/bin/sh", "-c", "exec sleep 60"};
  Signal stop;
  EarlyDecoding early(stage.config);
  early.follow(stage.at_rest(7));
  stop.notify();
  const SeriesReading reading = early.read(stage.folder / "ct", 7, stop.fd());
  CHECK_FALSE(reading.ct);
  CHECK(reading.reason == "stopped while decoding");
}

TEST_CASE("a series that closes while another is being decoded early is read all the same") {
  const Stage stage;
  write_dicom(stage.folder / "other", geometry());
  EarlyDecoding early(stage.config);
  early.follow(stage.at_rest(7));
  CHECK(early.read(stage.folder / "other", 7, -1).ct);
  CHECK(early.read(stage.folder / "ct", 7, -1).ct);
}
