// Needs the shared data folder: TROCAR_SHARED_DATA, or ../shared/data beside the source tree. Skips
// with a warning when it is absent.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

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
};

}  // namespace

TEST_CASE("sequences of PLUS are read, with pixels or without, compressed or not") {
  if (!std::filesystem::exists(sequences())) {
    WARN("skipped: no shared data folder");
    return;
  }
  for (const Expected& e :
       {Expected{"EightLandmarkPointsTrackedForPhantomRegistration.igs.mha", 1000,
                 "StylusToTracker"},
        Expected{"ReferenceToRASCalibration.igs.mha", 93, "StylusToTracker"},
        Expected{"TransformInterpolationTest.igs.mha", 500, "ProbeToTracker"},
        Expected{"fCal_Test_Validation_3NWires.igs.mha", 94, "ProbeToTracker"}}) {
    INFO(e.file);
    const auto sequence = read_sequence(sequences() / e.file);
    if (!sequence) FAIL(sequence.error().detail);
    CHECK(sequence.value().frames.size() == e.frames);
    std::size_t seen = 0;
    for (const SequenceFrame& f : sequence.value().frames) seen += f.poses.count(e.pose);
    CHECK(seen > e.frames / 2);
  }
  // One image, no time and no pose: nothing that could be replayed.
  CHECK_FALSE(read_sequence(sequences() / "NrrdSample.igs.nrrd"));
}
