#include "tests/engine/igtl/bodies_for_test.hpp"

using namespace trocar::igtl;

namespace {

// A part of 2x1x2 of an image of 4x3x2, two components of int16: 16 bytes.
struct ImageFields {
  u8 components = 2;
  u8 scalar = 4;
  u8 endian = 2;
  u8 coordinates = 1;
  std::array<u16, 3> size = {4, 3, 2};
  std::array<u16, 3> from = {2, 2, 0};
  std::array<u16, 3> part = {2, 1, 2};
  int pixel_bytes = 16;
};
Bytes image_of(const ImageFields& f) {
  Bytes b;
  b << u16{1} << f.components << f.scalar << f.endian << f.coordinates;
  for (const u16 v : f.size) b << v;
  b.rising(1, 12);
  for (const u16 v : f.from) b << v;
  for (const u16 v : f.part) b << v;
  for (int i = 0; i < f.pixel_bytes; ++i) b << static_cast<u8>(i);
  return b;
}

Bytes array_of(u8 scalar, const std::vector<u16>& size, std::size_t value_bytes) {
  Bytes b;
  b << scalar << static_cast<u8>(size.size());
  for (const u16 v : size) b << v;
  ByteWriter(b.all).grow(value_bytes);
  return b;
}

Bytes sensor_of(u8 count) {
  return Bytes() << count << u8{5} << u64{0x1122334455667788} << 1.5 << -2.0;
}

Bytes table_of(u8 index, u8 map, std::size_t bytes) {
  Bytes b;
  b << index << map;
  ByteWriter(b.all).grow(bytes);
  return b;
}

}  // namespace

TEST_CASE("an IMAGE is its header and the pixels of the part that is sent") {
  const auto image = read_whole<ImageBody>(image_of({}));
  const auto& h = image.header;
  CHECK(h.version == 1);
  CHECK(h.components == 2);
  CHECK(h.scalar == Scalar::int16);
  CHECK(h.endian == 2);
  CHECK(h.coordinates == 1);
  CHECK(h.size == std::array<u16, 3>{4, 3, 2});
  CHECK(h.columns[11] == 12.F);
  CHECK(h.from == std::array<u16, 3>{2, 2, 0});
  CHECK(h.part == std::array<u16, 3>{2, 1, 2});
  CHECK(image.pixels.size() == 16);
  CHECK(image.pixels[15] == std::byte{15});
  CHECK(written(image) == image_of({}).all);
}

TEST_CASE("an IMAGE whose part lies outside of it is refused, along each axis") {
  for (std::size_t k = 0; k < 3; ++k) {
    for (const u16 from : {u16{3}, u16{0x7FFF}, u16{0xFFFF}}) {
      ImageFields f;
      f.from[k] = from;
      CHECK(refuses<ImageBody>(image_of(f)));
    }
    ImageFields larger;
    larger.from[k] = 0;
    larger.part[k] = static_cast<u16>(larger.size[k] + 1);
    CHECK(refusal_of<ImageBody>(image_of(larger)) ==
          "expected a part within " + std::to_string(larger.size[k]) + ", found " +
              std::to_string(larger.size[k] + 1));
  }
}

TEST_CASE("hostile: an IMAGE with more or fewer pixels than its part is refused") {
  for (const int bytes : {0, 15, 17, 32}) {
    CHECK(refusal_of<ImageBody>(image_of({.pixel_bytes = bytes})) ==
          "expected 16 bytes of pixels, found " + std::to_string(bytes));
  }
  // The largest that the fields can say: 2^48 voxels of 255 doubles.
  const ImageFields huge{.components = 255,
                         .scalar = 11,
                         .size = {0xFFFF, 0xFFFF, 0xFFFF},
                         .from = {},
                         .part = {0xFFFF, 0xFFFF, 0xFFFF}};
  CHECK(refusal_of<ImageBody>(image_of(huge)) ==
        "expected 574182667690965000 bytes of pixels, found 16");
  for (std::size_t k = 0; k < 3; ++k) {
    for (const u16 size : lies_about<u16>(ImageFields{}.part[k])) {
      ImageFields f{.size = {0xFFFF, 0xFFFF, 0xFFFF}, .from = {}};
      f.part[k] = size;
      CHECK(refuses<ImageBody>(image_of(f)));
    }
  }
  check_each_cut_is_refused<ImageBody>(image_of({}));
}

TEST_CASE("an IMAGE of a type, byte order or coordinates that do not exist is refused") {
  for (const int scalar : {0, 1, 8, 9, 12, 13, 14, 255}) {
    CHECK(refuses<ImageBody>(image_of({.scalar = static_cast<u8>(scalar)})));
  }
  CHECK(refuses<ImageBody>(image_of({.components = 0, .pixel_bytes = 0})));
  for (const u8 v : {u8{0}, u8{3}, u8{255}}) {
    CHECK(refuses<ImageBody>(image_of({.endian = v})));
    CHECK(refuses<ImageBody>(image_of({.coordinates = v})));
  }
}

TEST_CASE("an IMAGE of no pixels is one") {
  CHECK(read_whole<ImageBody>(image_of({.part = {2, 0, 2}, .pixel_bytes = 0})).pixels.empty());
}

TEST_CASE("a SENSOR is status, unit and as many values as it says") {
  const auto s = read_whole<SensorBody>(sensor_of(2));
  CHECK(s.status == 5);
  CHECK(s.unit == 0x1122334455667788);
  CHECK(s.values == std::vector<double>{1.5, -2.0});
  CHECK(written(s) == sensor_of(2).all);
  CHECK(read_whole<SensorBody>(Bytes() << u16{0} << u64{0}).values.empty());
}

TEST_CASE("hostile: a SENSOR that counts wrongly is refused") {
  for (const u8 count : lies_about<u8>(2)) CHECK(refuses<SensorBody>(sensor_of(count)));
  CHECK(refusal_of<SensorBody>(sensor_of(255)) == "expected 2050 bytes of content, found 26");
  check_each_cut_is_refused<SensorBody>(sensor_of(2));
}

TEST_CASE("a SENSOR holds 255 values; more are left out, the message stays whole") {
  const SensorBody s{0, 0, std::vector<double>(300, 1.0)};
  CHECK(read_whole<SensorBody>(Bytes{written(s)}).values.size() == 255);
}

TEST_CASE("an NDARRAY is type, sizes and values as they are on the wire") {
  Bytes b;
  b << u8{5} << u8{2} << u16{2} << u16{3};
  for (u16 v = 1; v <= 6; ++v) b << v;
  const auto a = read_whole<ArrayBody>(b);
  CHECK(a.scalar == Scalar::uint16);
  CHECK(a.size == std::vector<u16>{2, 3});
  REQUIRE(a.values.size() == 12);
  CHECK(load_be<u16>(a.values.data() + 10) == 6);
  CHECK(written(a) == b.all);
}

TEST_CASE("each type of NDARRAY has its size of values") {
  const std::vector<std::pair<u8, std::size_t>> types = {{2, 1}, {3, 1},  {4, 2},  {5, 2},  {6, 4},
                                                         {7, 4}, {10, 4}, {11, 8}, {13, 16}};
  for (const auto& [type, bytes] : types) {
    CHECK_FALSE(refuses<ArrayBody>(array_of(type, {3}, 3 * bytes)));
    CHECK(refuses<ArrayBody>(array_of(type, {3}, 3 * bytes + 1)));
    CHECK(refuses<ArrayBody>(array_of(type, {3}, 3 * bytes - 1)));
  }
  for (const int type : {0, 1, 8, 9, 12, 14, 255}) {
    CHECK(refusal_of<ArrayBody>(array_of(static_cast<u8>(type), {1}, 1)) ==
          "expected a scalar type, found " + std::to_string(type));
  }
}

TEST_CASE("hostile: an NDARRAY whose sizes do not make its values is refused") {
  for (const u16 size : lies_about<u16>(6)) {
    CHECK(refuses<ArrayBody>(array_of(3, {size, 2}, 12)));
    CHECK(refuses<ArrayBody>(array_of(3, {2, size}, 12)));
  }
  CHECK(refusal_of<ArrayBody>(array_of(3, {5}, 4)) ==
        "expected as many values as sizes say, found 4");
  check_each_cut_is_refused<ArrayBody>(array_of(3, {6, 2}, 12));
}

TEST_CASE("hostile: an NDARRAY of 255 dimensions has no product that turns over") {
  CHECK(read_whole<ArrayBody>(array_of(3, std::vector<u16>(255, 1), 1)).size.size() == 255);
  // 2^255: in 64 bits this is 0.
  const std::vector<u16> twos(255, 2);
  CHECK(refuses<ArrayBody>(array_of(3, twos, 0)));
  CHECK(refuses<ArrayBody>(array_of(3, twos, 1024)));
  // 2^64 + 2^16: in 64 bits this is 2^16.
  CHECK(refuses<ArrayBody>(array_of(3, {0x8000, 0x8000, 0x8000, 0x8000, 16}, 0)));
  CHECK(refuses<ArrayBody>(array_of(3, std::vector<u16>(255, 0xFFFF), 65536)));
  Bytes cut;
  cut << u8{3} << u8{255} << u16{1};
  CHECK(refuses<ArrayBody>(cut));
}

TEST_CASE("an NDARRAY with a size of 0 holds nothing, whatever the other sizes are") {
  CHECK(read_whole<ArrayBody>(array_of(11, {0xFFFF, 0, 0xFFFF}, 0)).values.empty());
  CHECK(refuses<ArrayBody>(array_of(11, {0xFFFF, 0, 0xFFFF}, 8)));
  CHECK(refuses<ArrayBody>(array_of(3, {1, 0}, 1)));
  CHECK(read_whole<ArrayBody>(array_of(11, {0}, 0)).values.empty());
}

TEST_CASE("an NDARRAY without dimensions is one value") {
  CHECK(read_whole<ArrayBody>(array_of(11, {}, 8)).values.size() == 8);
  CHECK(refuses<ArrayBody>(array_of(11, {}, 0)));
}

TEST_CASE("a COLORT has as many entries as its index can say, each as large as its map") {
  const std::vector<std::pair<u8, std::size_t>> maps = {{3, 1}, {5, 2}, {19, 3}};
  for (const auto& [map, each] : maps) {
    for (const auto& [index, count] : {std::pair<u8, std::size_t>{3, 256}, {5, 65536}}) {
      const Bytes b = table_of(index, map, count * each);
      const auto c = read_whole<ColorTableBody>(b);
      CHECK(c.index == index);
      CHECK(c.map == map);
      CHECK(c.entries.size() == count * each);
      CHECK(written(c) == b.all);
      CHECK(refuses<ColorTableBody>(table_of(index, map, count * each - 1)));
      CHECK(refuses<ColorTableBody>(table_of(index, map, count * each + 1)));
    }
  }
}

TEST_CASE("hostile: a COLORT of another index or map, or cut, is refused") {
  for (const int kind : {0, 2, 4, 6, 18, 20, 255}) {
    CHECK(refuses<ColorTableBody>(table_of(static_cast<u8>(kind), 3, 256)));
    CHECK(refuses<ColorTableBody>(table_of(3, static_cast<u8>(kind), 256)));
  }
  CHECK(refuses<ColorTableBody>(table_of(0, 0, 0)));
  CHECK(refusal_of<ColorTableBody>(table_of(5, 19, 3)) ==
        "expected a table of 196608 bytes, found 3");
  check_each_cut_is_refused<ColorTableBody>(table_of(3, 3, 256));
}
