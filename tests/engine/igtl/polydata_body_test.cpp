#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

struct Size {
  u32 count = 0;
  u32 bytes = 0;
};
// Three points; one cell of each kind; a scalar of each point, and a normal whose name has an even
// length with its zero: 3 + 2 bytes of names are filled with one more.
struct Fields {
  u32 points = 3;
  Size vertices{1, 8}, lines{1, 12}, polygons{1, 16}, strips{1, 16};
  u32 attributes = 2;
  u32 tuples = 3;
  std::string names = {"ab\0n\0\0", 6};
};
Bytes polydata_of(const Fields& f) {
  Bytes b;
  b << f.points;
  for (const Size& s : {f.vertices, f.lines, f.polygons, f.strips}) b << s.count << s.bytes;
  b << f.attributes;
  b.rising(1, 9);
  b << u32{1} << u32{2};
  b << u32{2} << u32{0} << u32{1};
  b << u32{3} << u32{0} << u32{1} << u32{2};
  b << u32{3} << u32{2} << u32{1} << u32{0};
  b << u8{0} << u8{1} << f.tuples << u8{2} << u8{3} << u32{1};
  return b.text(f.names).rising(10, 6);
}

}  // namespace

TEST_CASE("a POLYDATA is points, four kinds of cells, and attributes with their names") {
  const auto p = read_whole<PolyDataBody>(polydata_of({}));
  REQUIRE(p.points.size() == 3);
  CHECK(p.points[2] == std::array<float, 3>{7, 8, 9});
  CHECK(p.vertices.count == 1);
  CHECK(p.vertices.words == std::vector<u32>{1, 2});
  CHECK(p.lines.words == std::vector<u32>{2, 0, 1});
  CHECK(p.polygons.words == std::vector<u32>{3, 0, 1, 2});
  CHECK(p.strips.words == std::vector<u32>{3, 2, 1, 0});
  REQUIRE(p.attributes.size() == 2);
  CHECK(p.attributes[0].name == "ab");
  CHECK(p.attributes[0].count == 3);
  CHECK(p.attributes[0].values == std::vector<float>{10, 11, 12});
  CHECK(p.attributes[1].name == "n");
  CHECK(p.attributes[1].type == 2);
  CHECK(p.attributes[1].components == 3);
  CHECK(p.attributes[1].values == std::vector<float>{13, 14, 15});
  CHECK(written(p) == polydata_of({}).all);
}

TEST_CASE("an empty POLYDATA is forty zeros, both ways") {
  CHECK(read_whole<PolyDataBody>(Bytes{Buffer(40)}).points.empty());
  CHECK(written(PolyDataBody{}) == Buffer(40));
}

TEST_CASE("hostile: a POLYDATA whose counts or sizes lie is refused") {
  for (const u32 n : lies_about<u32>(3)) CHECK(refuses<PolyDataBody>(polydata_of({.points = n})));
  for (const u32 n : lies_about<u32>(1)) {
    CHECK(refuses<PolyDataBody>(polydata_of({.vertices = {n, 8}})));
    CHECK(refuses<PolyDataBody>(polydata_of({.lines = {n, 12}})));
    CHECK(refuses<PolyDataBody>(polydata_of({.polygons = {n, 16}})));
    CHECK(refuses<PolyDataBody>(polydata_of({.strips = {n, 16}})));
  }
  for (const u32 n : lies_about<u32>(8)) {
    CHECK(refuses<PolyDataBody>(polydata_of({.vertices = {1, n}})));
  }
  for (const u32 n : lies_about<u32>(16)) {
    CHECK(refuses<PolyDataBody>(polydata_of({.polygons = {1, n}})));
    CHECK(refuses<PolyDataBody>(polydata_of({.strips = {1, n}})));
  }
  for (const u32 n : lies_about<u32>(2))
    CHECK(refuses<PolyDataBody>(polydata_of({.attributes = n})));
  for (const u32 n : lies_about<u32>(3)) CHECK(refuses<PolyDataBody>(polydata_of({.tuples = n})));
  check_each_cut_is_refused<PolyDataBody>(polydata_of({}));
}

TEST_CASE("a POLYDATA says which of its parts did not fit") {
  CHECK(refusal_of<PolyDataBody>(polydata_of({.points = 0x80000000})) ==
        "expected its points, found 2147483648");
  CHECK(refusal_of<PolyDataBody>(polydata_of({.lines = {1, 0xFFFFFFFC}})) ==
        "expected its cells, found 4294967292");
  CHECK(refusal_of<PolyDataBody>(polydata_of({.attributes = 77})) ==
        "expected attributes, found 77");
}

TEST_CASE("hostile: a cell that counts more points than there are words, or names one too many") {
  for (const u32 n : lies_about<u32>(2)) {
    auto p = read_whole<PolyDataBody>(polydata_of({}));
    p.lines.words[0] = n;
    CHECK(refuses<PolyDataBody>(Bytes{written(p)}));
  }
  for (const u32 index : {3U, 0x80000000U, 0xFFFFFFFFU}) {
    auto p = read_whole<PolyDataBody>(polydata_of({}));
    p.vertices.words[1] = index;
    CHECK(refuses<PolyDataBody>(Bytes{written(p)}));
  }
}

TEST_CASE("hostile: names of attributes without an end are refused") {
  CHECK(refuses<PolyDataBody>(polydata_of({.names = std::string(6, 'x')})));
  Bytes b;
  b << u32{0};
  for (int i = 0; i < 8; ++i) b << u32{0};
  b << u32{1} << u8{0} << u8{0} << u32{0xFFFFFFFF};
  CHECK(refuses<PolyDataBody>(b.text("endless")));
  // 2^32 - 1 tuples of no components are no values.
  b << u8{0};
  const auto p = read_whole<PolyDataBody>(b);
  CHECK(p.attributes[0].name == "endless");
  CHECK(p.attributes[0].values.empty());
  CHECK(written(p) == b.all);
}
