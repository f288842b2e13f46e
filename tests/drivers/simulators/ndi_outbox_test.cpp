#include "drivers/simulators/ndi_outbox.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace trocar;
using namespace std::chrono_literals;

namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  std::vector<std::byte> out;
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
  return out;
}
std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Wire {
  NdiOutbox outbox;
  NdiFaults faults;

  Duration send(const std::string& reply, Duration due,
                std::optional<TrackingMark> mark = std::nullopt) {
    return outbox.send(bytes_of(reply), due, mark, faults);
  }
  // What has left by `now`.
  std::string left(Duration now) {
    std::string out;
    while (const auto piece = outbox.take(now)) out += text_of(piece->bytes);
    return out;
  }
};

}  // namespace

TEST_CASE("a reply leaves when it is due, not before") {
  Wire wire;
  CHECK_FALSE(wire.outbox.next_due());
  CHECK(wire.send("OKAYA896\r", 5ms) == 5ms);
  CHECK(wire.outbox.next_due() == 5ms);
  CHECK(wire.left(5ms - 1ns).empty());
  CHECK(wire.left(5ms) == "OKAYA896\r");
  CHECK_FALSE(wire.outbox.next_due());
}

TEST_CASE("replies keep their order, a later one never overtakes") {
  Wire wire;
  wire.send("first", 20ms);
  CHECK(wire.send("second", 10ms) == 20ms);
  CHECK(wire.left(19ms).empty());
  CHECK(wire.left(20ms) == "firstsecond");
}

TEST_CASE("the mark of a tracking reply comes with its last byte") {
  Wire wire;
  wire.outbox.set_speed(1000);
  wire.send("0123456789", 0ms, TrackingMark{7, 3ms});
  std::size_t bytes = 0;
  while (const auto piece = wire.outbox.take(1s)) {
    bytes += piece->bytes.size();
    CHECK(piece->marks.size() == (bytes == 10 ? 1 : 0));
    if (bytes == 10) CHECK(piece->marks[0].frame == 7);
  }
  CHECK(bytes == 10);
}

TEST_CASE("a line of 1000 bytes a second gives each byte its millisecond") {
  Wire wire;
  wire.outbox.set_speed(1000);
  CHECK(wire.send("0123456789", 100ms) == 110ms);
  for (int n = 0; n <= 10; n += 2) {
    INFO(n);
    const std::string so_far = wire.left(100ms + n * 1ms);
    CHECK(so_far.size() == (n == 0 ? 0 : 2));  // in pieces of 2 ms
  }
  CHECK(wire.send("ab", 105ms) == 112ms);  // the line is busy until 110 ms
}

TEST_CASE("a bad CRC changes the digit before the carriage return, or a binary reply's last byte") {
  Wire wire;
  wire.faults.add({.kind = FaultKind::bad_crc, .at_most = 3});
  wire.send("OKAYA896\r", 1ms);
  CHECK(wire.left(1ms) == "OKAYA890\r");
  wire.send("OKAYA890\r", 1ms);
  CHECK(wire.left(1ms) == "OKAYA891\r");
  wire.send(std::string("\xC4\xA5\x01", 3), 1ms);
  CHECK(wire.left(1ms) == std::string("\xC4\xA5\xFE", 3));
  wire.send("OKAYA896\r", 1ms);
  CHECK(wire.left(1ms) == "OKAYA896\r");
}

TEST_CASE("a cut reply loses its second half, a silent device all of it") {
  Wire wire;
  wire.faults.add({.kind = FaultKind::cut, .until = 10ms});
  wire.faults.add({.kind = FaultKind::silence, .from = 10ms, .until = 20ms});
  wire.send("0123456789", 5ms);
  wire.send("0123456789", 15ms);
  wire.send("whole", 25ms);
  CHECK(wire.left(1s) == "01234whole");
}

TEST_CASE("a split reply leaves byte by byte, as far apart as the script says") {
  Wire wire;
  wire.faults.add({.kind = FaultKind::split, .amount = 3});
  CHECK(wire.send("abc", 10ms) == 19ms);
  CHECK(wire.left(13ms - 1ns).empty());
  CHECK(wire.left(13ms) == "a");
  CHECK(wire.left(16ms) == "b");
  CHECK(wire.left(19ms) == "c");
}

TEST_CASE("glued replies leave in one piece, with the marks of both") {
  Wire wire;
  wire.faults.add({.kind = FaultKind::glued, .until = 8ms, .amount = 40});
  wire.send("one", 5ms, TrackingMark{1, 0ms});
  CHECK(wire.left(5ms).empty());
  wire.send("two", 10ms, TrackingMark{2, 0ms});
  const auto piece = wire.outbox.take(10ms);
  REQUIRE(piece);
  CHECK(text_of(piece->bytes) == "onetwo");
  REQUIRE(piece->marks.size() == 2);
  CHECK(piece->marks[1].frame == 2);
  CHECK(wire.left(1s).empty());
}

TEST_CASE("a reply that waits for another leaves alone when none comes") {
  Wire wire;
  wire.faults.add({.kind = FaultKind::glued, .amount = 40});
  wire.send("one", 5ms);
  CHECK(wire.outbox.next_due() == 45ms);
  CHECK(wire.left(44ms).empty());
  CHECK(wire.left(45ms) == "one");
}

TEST_CASE("the slow link of the script is slower than the line") {
  Wire wire;
  wire.outbox.set_speed(100'000);
  wire.faults.add({.kind = FaultKind::slow_link, .amount = 100});
  CHECK(wire.send("0123456789", 0ms) == 100ms);
}

TEST_CASE("clearing forgets what has not left, held replies among it") {
  Wire wire;
  wire.send("old", 50ms);
  wire.faults.add({.kind = FaultKind::glued});
  wire.send("held", 50ms);
  wire.outbox.clear();
  wire.faults.clear();
  CHECK_FALSE(wire.outbox.next_due());
  CHECK(wire.send("new", 1ms) == 1ms);
  CHECK(wire.left(1s) == "new");
}

TEST_CASE("an empty reply is none") {
  Wire wire;
  CHECK(wire.send("", 5ms) == 5ms);
  CHECK_FALSE(wire.outbox.next_due());
}
