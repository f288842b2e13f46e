#include "tools/trocar/intake_refusals.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using namespace std::chrono_literals;

TEST_CASE("H19: of a flood the first of each kind is told, the others are counted and told later") {
  IntakeRefusals refusals;
  const Timestamp start{1s};
  CHECK(refusals.note({"idle", "SCANNER"}, start) == "idle: SCANNER");
  for (int k = 0; k < 1000; ++k) {
    CHECK_FALSE(refusals.note({"idle", "SCANNER"}, start + k * 1ms));
  }
  CHECK(refusals.note({"not_dicom", "10.1.2.3"}, start + 1s) == "not_dicom: 10.1.2.3");
  CHECK(refusals.note({"idle", "SCANNER"}, start + IntakeRefusals::pause) ==
        "idle: 1000 more, and SCANNER");
  CHECK_FALSE(refusals.note({"idle", "SCANNER"}, start + IntakeRefusals::pause + 1s));
  CHECK(refusals.counts() == IntakeRefusals::Counts{{"idle", 1003}, {"not_dicom", 1}});
}

TEST_CASE("what a sender put into its names cannot break a line or a session") {
  IntakeRefusals refusals;
  CHECK(refusals.note({"object_refused", "found \"\xFF\n\x1B[2J\""}, {}) ==
        "object_refused: found \"???[2J\"");
}
