#include <cmath>

#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

constexpr std::string_view twenty = "ANameOfTwentyLetters";

Bytes tracking_element(std::string_view name, float first) {
  Bytes b;
  b.text(name, 20);
  b << u8{3} << u8{9};
  return b.rising(first, 12);
}
Bytes quaternion_element(std::string_view name, float first) {
  Bytes b;
  b.text(name, 20);
  b << u8{4} << u8{8};
  return b.rising(first, 7);
}
Bytes both(Bytes first, const Bytes& second) {
  ByteWriter(first.all).bytes(second.all);
  return first;
}

}  // namespace

TEST_CASE("a TRANSFORM is three columns and the translation") {
  const Bytes b = Bytes().rising(1, 12);
  const auto t = read_whole<TransformBody>(b);
  CHECK(t.columns == Columns{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  CHECK(written(t) == b.all);
  check_each_cut_is_refused<TransformBody>(b);
  CHECK(refusal_of<TransformBody>(Bytes().rising(1, 13)) ==
        "expected 48 bytes of content, found 52");
}

TEST_CASE("what is no rotation is shown as it came: poses are judged where they enter navigation") {
  Bytes b = Bytes().rising(1, 11);
  b << std::nanf("");
  const auto t = read_whole<TransformBody>(b);
  CHECK(std::isnan(t.columns[11]));
  CHECK(written(t) == b.all);
}

TEST_CASE("each element of a TDATA has its name, kind and matrix") {
  const Bytes b = both(tracking_element("Needle", 1), tracking_element(twenty, 101));
  const auto t = read_whole<TrackingBody>(b);
  REQUIRE(t.elements.size() == 2);
  CHECK(t.elements[0].name == "Needle");
  CHECK(t.elements[0].kind == 3);
  CHECK(t.elements[0].reserved == 9);
  CHECK(t.elements[0].columns[9] == 10.F);
  CHECK(t.elements[1].name == twenty);
  CHECK(t.elements[1].columns[11] == 112.F);
}

TEST_CASE("a TDATA without elements is one; a part of an element is none") {
  CHECK(read_whole<TrackingBody>({}).elements.empty());
  const Bytes b = both(tracking_element("A", 1), tracking_element("B", 1));
  CHECK(written(read_whole<TrackingBody>(b)) == b.all);
  for (std::size_t size = 1; size < b.all.size(); ++size) {
    const Buffer cut(b.all.begin(), b.all.begin() + static_cast<long>(size));
    CHECK(refuses<TrackingBody>(Bytes{cut}) == (size != 70));
  }
  CHECK(refusal_of<TrackingBody>(Bytes() << u8{0}) == "expected elements of 70 bytes, found 1");
}

TEST_CASE("a name that fills its field is read whole, and sent one letter shorter") {
  // libopenigtlink 1.11 reads a TDATA name of 20 letters as an empty one.
  const auto t = read_whole<TrackingBody>(tracking_element(twenty, 1));
  CHECK(t.elements[0].name == twenty);
  const auto back = read_whole<TrackingBody>(Bytes{written(t)});
  CHECK(back.elements[0].name == "ANameOfTwentyLetter");
}

TEST_CASE("each element of a QTDATA has its name, kind, position and quaternion") {
  const Bytes b = both(quaternion_element("Needle", 1), quaternion_element(twenty, 11));
  const auto t = read_whole<QuaternionTrackingBody>(b);
  REQUIRE(t.elements.size() == 2);
  CHECK(t.elements[0].name == "Needle");
  CHECK(t.elements[0].kind == 4);
  CHECK(t.elements[0].reserved == 8);
  CHECK(t.elements[0].position == std::array<float, 3>{1, 2, 3});
  CHECK(t.elements[0].quaternion == std::array<float, 4>{4, 5, 6, 7});
  CHECK(t.elements[1].name == twenty);
  CHECK(t.elements[1].quaternion[3] == 17.F);
  CHECK(read_whole<QuaternionTrackingBody>({}).elements.empty());
  for (std::size_t size = 1; size < b.all.size(); ++size) {
    const Buffer cut(b.all.begin(), b.all.begin() + static_cast<long>(size));
    CHECK(refuses<QuaternionTrackingBody>(Bytes{cut}) == (size != 50));
  }
}

TEST_CASE("a POSITION of seven numbers is position and quaternion") {
  const Bytes b = Bytes().rising(1, 7);
  const auto p = read_whole<PositionBody>(b);
  CHECK(p.numbers == 7);
  CHECK(p.position == std::array<float, 3>{1, 2, 3});
  CHECK(p.quaternion == std::array<float, 4>{4, 5, 6, 7});
  CHECK(written(p) == b.all);
}

TEST_CASE("a POSITION of three numbers has no orientation: the quaternion turns nothing") {
  const Bytes b = Bytes().rising(1, 3);
  const auto p = read_whole<PositionBody>(b);
  CHECK(p.numbers == 3);
  CHECK(p.quaternion == std::array<float, 4>{0, 0, 0, 1});
  CHECK(written(p) == b.all);
}

TEST_CASE("a POSITION of six numbers leaves w out: it makes the quaternion one of length 1") {
  Bytes b = Bytes().rising(1, 3);
  b << 0.F << 0.6F << 0.F;
  const auto p = read_whole<PositionBody>(b);
  CHECK(p.numbers == 6);
  CHECK(p.quaternion[3] == Approx(0.8));
  CHECK(written(p) == b.all);
  Bytes too_long = Bytes().rising(1, 3);
  too_long << 1.F << 1.F << 1.F;
  CHECK(read_whole<PositionBody>(too_long).quaternion[3] == 0.F);  // not the root of a negative
}

TEST_CASE("a POSITION of any other length is refused") {
  const Bytes b = Bytes().rising(0, 9);
  for (std::size_t size = 0; size <= b.all.size(); ++size) {
    const Buffer cut(b.all.begin(), b.all.begin() + static_cast<long>(size));
    CHECK(refuses<PositionBody>(Bytes{cut}) == (size != 12 && size != 24 && size != 28));
  }
}
