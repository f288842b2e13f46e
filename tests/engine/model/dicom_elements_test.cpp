#include "engine/model/dicom_elements.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

std::string whole_slice() {
  const TempFolder folder;
  const VolumeGeometry g = small_geometry();
  write_dicom_slice(folder / "s.dcm", g, 0, slice_tags(g, 0));
  return read_file(folder / "s.dcm");
}

}  // namespace

TEST_CASE("a whole DICOM file gives its values and the length of its pixels") {
  const auto set = walk_dicom(whole_slice());
  REQUIRE(set);
  CHECK(set.value().pixel_bytes == 6 * 5 * 2);
  CHECK_FALSE(set.value().compressed);
  CHECK(set.value().values.at(0x00100020) == "P1");
}

TEST_CASE("a DICOM file cut at any byte is refused") {
  const std::string whole = whole_slice();
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto set = walk_dicom(whole.substr(0, cut));
    // Between two elements the file may end: then its pixels are missing.
    if (set) CHECK_FALSE(set.value().has_pixels);
  }
}

TEST_CASE("a sequence without a length is walked over, an endless one is refused") {
  const std::string whole = whole_slice();
  const std::size_t pixels = whole.find(std::string("\xe0\x7f\x10\x00OW", 6));
  REQUIRE(pixels != std::string::npos);
  const std::string begin("\x40\x00\x75\x02SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff",
                          20);
  const std::string inner(
      "\x08\x00\x60\x00"
      "CS\x02\x00MR",
      10);
  const std::string end("\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0", 16);
  const std::string head = whole.substr(0, pixels);
  const std::string tail = whole.substr(pixels);
  const auto set = walk_dicom(head + begin + inner + end + tail);
  REQUIRE(set);
  CHECK(set.value().has_pixels);
  CHECK(set.value().values.at(0x00080060) == "CT");  // of the slice, not of what is inside
  CHECK_FALSE(walk_dicom(head + begin + inner + tail));
}

TEST_CASE("no damaged byte makes the walk read outside the file") {
  const std::string whole = whole_slice();
  std::mt19937 random(7);
  std::size_t refused = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    std::string bytes = whole;
    for (int k = 0; k < 3; ++k)
      bytes[132 + random() % (whole.size() - 132)] = static_cast<char>(random());
    if (!walk_dicom(bytes)) ++refused;
  }
  CHECK(refused > 100);
}

TEST_CASE("a length inside a sequence that has its own length is checked too") {
  const std::string whole = whole_slice();
  const std::size_t pixels = whole.find(std::string("\xe0\x7f\x10\x00OW", 6));
  const auto with = [&](const std::string& element) {
    std::string sequence("\x40\x00\x75\x02SQ\0\0....\xfe\xff\x00\xe0....", 20);
    sequence[8] = static_cast<char>(element.size() + 8);
    sequence[16] = static_cast<char>(element.size());
    for (const std::size_t high : {9U, 10U, 11U, 17U, 18U, 19U}) sequence[high] = '\0';
    return whole.substr(0, pixels) + sequence + element + whole.substr(pixels);
  };
  CHECK(
      walk_dicom(with(std::string("\x08\x00\x60\x00"
                                  "CS\x02\x00MR",
                                  10))));
  CHECK_FALSE(
      walk_dicom(with(std::string("\x08\x00\x60\x00"
                                  "CS\x04\x00MR",
                                  10))));
  // A VR that no edition of the standard knows yet has a length of four bytes.
  CHECK(
      walk_dicom(with(std::string("\x09\x10\x60\x00"
                                  "ZZ\0\0\x02\0\0\0ab",
                                  14))));
  CHECK_FALSE(
      walk_dicom(with(std::string("\x09\x10\x60\x00"
                                  "ZZ\0\0\x02\0\xfe\xff"
                                  "ab",
                                  14))));
}

TEST_CASE("a mark where none belongs is refused, as DCMTK reads on from another place there") {
  const std::string whole = whole_slice();
  const std::size_t pixels = whole.find(std::string("\xe0\x7f\x10\x00OW", 6));
  const auto with = [&](const std::string& element) {
    return walk_dicom(whole.substr(0, pixels) + element + whole.substr(pixels));
  };
  CHECK_FALSE(with(std::string("\xfe\xff\x00\xe4\x02\0\0\0ab", 10)));  // no mark, and no VR
  CHECK_FALSE(with(std::string("\xfe\xff\x00\xe0\x02\0\0\0ab", 10)));  // an item of no sequence
  CHECK_FALSE(
      with(std::string("\xfe\xff\x0d\xe0\x02\0\0\0ab", 10)));  // an end that holds something
}

TEST_CASE("behind its pixels an image may hold anything, an object may not") {
  const std::string padded = whole_slice() + std::string(7, '\0');
  CHECK(walk_dicom(padded));
  CHECK_FALSE(walk_dicom(padded, WalkTo::end));
}
