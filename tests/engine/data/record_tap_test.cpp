#include "engine/data/record_tap.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;

namespace {

Timestamp at_ms(int ms) { return Timestamp(std::chrono::milliseconds(ms)); }

void keep(RecordTap& tap, int ms, const std::string& read) {
  tap.keep(at_ms(ms), std::as_bytes(std::span(read)));
}

// The bytes of the device as the record tells them.
struct Told {
  std::string stream;
  int pieces = 0;
  Timestamp last{};
};
Told told(RecordTap& tap) {
  Told all;
  RawPiece piece;
  while (tap.raw.pop(piece)) {
    const std::string text(reinterpret_cast<const char*>(piece.bytes.begin()), piece.bytes.size());
    const std::uint32_t times = std::max(piece.repeats, 1U);
    for (std::uint32_t i = 0; i < times; ++i) all.stream += text;
    all.last = piece.received;
    ++all.pieces;
  }
  return all;
}

}  // namespace

TEST_CASE("what a device says is kept byte by byte, with when it was received") {
  RecordTap tap;
  keep(tap, 1, "frame 1");
  keep(tap, 17, "frame 2");
  const Told all = told(tap);
  CHECK(all.stream == "frame 1frame 2");
  CHECK(all.pieces == 2);
  CHECK(all.last == at_ms(17));
}

TEST_CASE("the same bytes again and again are counted, and none is missing") {
  RecordTap tap;
  std::string truth;
  for (int i = 0; i < 1000; ++i) {
    const std::string read = i % 250 == 249 ? "frame " + std::to_string(i) : "nothing new";
    truth += read;
    keep(tap, i / 10, read);
  }
  tap.flush();
  const Told all = told(tap);
  CHECK(all.stream == truth);
  CHECK(all.pieces == 20);  // in each 25 ms: first, count, again, count, frame
  CHECK(all.last == at_ms(99));
}

TEST_CASE("a long read is kept in pieces, also when it ends as it begins") {
  RecordTap tap;
  const std::string half(RawPiece::capacity, 'x');
  keep(tap, 1, half + half);
  keep(tap, 2, half);
  keep(tap, 3, "y");
  CHECK(told(tap).stream == half + half + half + "y");
}
