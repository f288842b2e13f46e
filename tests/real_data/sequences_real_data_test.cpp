// Needs the shared data folder: TROCAR_SHARED_DATA, or ../shared/data beside the source tree. Skips
// with a warning when it is absent.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/tools/temporary_folder.hpp"
#include "tools/trocar/sequence_images.hpp"
#include "tools/trocar/sequence_reader.hpp"

// Sequences that PLUS recorded.
using namespace trocar;

namespace {

std::filesystem::path sequences() {
  const char* named = std::getenv("TROCAR_SHARED_DATA");
  const std::filesystem::path data = named != nullptr ? named : "../shared/data";
  return data / "sequences";
}

struct Expected {
  const char* file;
  std::size_t frames;
  const char* pose;
  std::size_t images;
};

std::vector<ImageFrame> images_of(const Sequence& sequence) {
  auto images = SequenceImages::open(sequence, std::chrono::milliseconds(5));
  if (!images) FAIL(images.error().detail);
  std::vector<ImageFrame> all;
  for (const SequenceFrame& frame : sequence.frames) {
    const auto image = images.value().next(frame.has_image, Timestamp());
    if (!image) FAIL(image.error().detail);
    if (image.value()) all.push_back(*image.value());
  }
  CHECK(images.value().finish());
  return all;
}

unsigned long checksum(const ImageFrame& image) {
  const auto* bytes = reinterpret_cast<const Bytef*>(image.pixels->data());
  return crc32(0, bytes, static_cast<uInt>(image.pixels->size()));
}

}  // namespace

TEST_CASE("sequences of PLUS are read, with pixels or without, compressed or not") {
  if (!std::filesystem::exists(sequences())) {
    WARN("skipped: no shared data folder");
    return;
  }
  for (const Expected& e :
       {Expected{"EightLandmarkPointsTrackedForPhantomRegistration.igs.mha", 1000,
                 "StylusToTracker", 0},
        Expected{"ReferenceToRASCalibration.igs.mha", 93, "StylusToTracker", 0},
        Expected{"TransformInterpolationTest.igs.mha", 500, "ProbeToTracker", 0},
        Expected{"fCal_Test_Validation_3NWires.igs.mha", 94, "ProbeToTracker", 94}}) {
    INFO(e.file);
    const auto sequence = read_sequence(sequences() / e.file);
    if (!sequence) FAIL(sequence.error().detail);
    CHECK(sequence.value().frames.size() == e.frames);
    std::size_t seen = 0;
    for (const SequenceFrame& f : sequence.value().frames) seen += f.poses.count(e.pose);
    CHECK(seen > e.frames / 2);
    CHECK(images_of(sequence.value()).size() == e.images);
  }
  // One image, no time and no pose: nothing that could be replayed.
  CHECK_FALSE(read_sequence(sequences() / "NrrdSample.igs.nrrd"));
}

// The checksums are of what Python's zlib and gzip make of the same files.
TEST_CASE("images that PLUS recorded are read pixel by pixel, from MetaImage and from NRRD") {
  if (!std::filesystem::exists(sequences())) {
    WARN("skipped: no shared data folder");
    return;
  }
  const auto wires = read_sequence(sequences() / "fCal_Test_Validation_3NWires.igs.mha");
  REQUIRE(wires);
  const auto images = images_of(wires.value());
  REQUIRE(images.size() == 94);
  CHECK(images[0].size == std::array<std::uint16_t, 3>{820, 616, 1});
  CHECK(checksum(images[0]) == 0x626a30b0);
  CHECK(checksum(images[93]) == 0xf2026d19);

  // The sample has no time: one is given to it.
  const TemporaryFolder folder;
  std::ifstream in(sequences() / "NrrdSample.igs.nrrd", std::ios::binary);
  std::string sample{std::istreambuf_iterator<char>(in), {}};
  sample.insert(sample.find("\n\n") + 1, "Seq_Frame0000_Timestamp:=1\n");
  std::ofstream(folder.path() / "s.igs.nrrd", std::ios::binary) << sample;
  const auto nrrd = read_sequence(folder.path() / "s.igs.nrrd");
  if (!nrrd) FAIL(nrrd.error().detail);
  const auto one = images_of(nrrd.value());
  REQUIRE(one.size() == 1);
  CHECK(one[0].size == std::array<std::uint16_t, 3>{256, 256, 1});
  CHECK(one[0].type == PixelType::int16);
  CHECK(checksum(one[0]) == 0x97929592);
}
