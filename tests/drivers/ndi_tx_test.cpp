#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "drivers/ndi_tracking.hpp"

using namespace trocar;

namespace {

const std::string pose = "+10000+00000+00000+00000+000100-000200-150000+00123";
const std::string state = "0000003100000010";

std::unique_ptr<NdiTracking> tx(const std::string& text, unsigned options) {
  auto out = std::make_unique<NdiTracking>();
  if (!parse_tx(text, options, *out)) return nullptr;
  return out;
}

}  // namespace

TEST_CASE("TX: a pose, a missing tool and a disabled one in one reply") {
  const auto r = tx("0301" + pose + state + "\n02MISSING0000007F00000011\n03DISABLED\n0080", 1);
  REQUIRE(r);
  REQUIRE(r->bodies.size() == 3);
  CHECK(r->bodies[0].pose.t_mm[2] == -1500.0);
  CHECK(r->bodies[0].pose.error_mm == Approx(0.0123));
  CHECK(r->bodies[0].frame == 0x10);
  CHECK(r->bodies[1].why == Missing::out_of_volume);
  CHECK(r->bodies[2].state == NdiState::disabled);
  CHECK(r->system_status == ndi_system_port_unoccupied);
}

TEST_CASE("TX: the two digits of the stray status are not read as a coordinate") {
  const auto none = tx("0101" + pose + state + "00\n0000", 5);
  REQUIRE(none);
  CHECK(none->points.empty());
  const auto one = tx("0101" + pose + state + "01+000100+000200-150000\n0000", 5);
  REQUIRE(one);
  REQUIRE(one->points.size() == 1);
  CHECK(one->points[0].mm[1] == 2.0);
}

TEST_CASE("TX: strays alone leave no pose of an earlier command behind") {
  const auto r =
      tx("0201\n02\n030+004119+022414-174811+000001+000002+000003"
         "+000004+000005+0000060000",
         0x1000);
  REQUIRE(r);
  CHECK(r->bodies[0].state == NdiState::not_reported);
  CHECK(r->points.size() == 3);
}

TEST_CASE("TX: a pose that is delivered although out of volume is flagged") {
  const auto r = tx("0101" + pose + "0000007100000010\n0000", 0x0801);
  REQUIRE(r);
  CHECK(r->bodies[0].state == NdiState::valid);
  CHECK(r->bodies[0].out_of_volume);
}

TEST_CASE("TX: tool information says why a tool is missing; the right digit is marker A") {
  const auto lost = tx("0101MISSING000000310000001002" + std::string(19, '0') + "3\n0000", 3);
  REQUIRE(lost);
  CHECK(lost->bodies[0].why == Missing::too_few_markers);
  CHECK(lost->bodies[0].marker_state[0] == 3);
}

TEST_CASE("TX: what is not exactly a reply is refused") {
  const std::string good = "0101" + pose + state + "\n0000";
  REQUIRE(tx(good, 1));
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(tx(good.substr(0, n), 1));
  CHECK_FALSE(tx(good + "0", 1));
  CHECK_FALSE(tx("02" + good.substr(2), 1));
  CHECK_FALSE(tx("0101+20000" + good.substr(10), 1));
  CHECK_FALSE(tx("0201" + pose + state + "\n01" + pose + state + "\n0000", 1));  // twice
}

TEST_CASE("TX: a real tracker's reply about a tool out of its sight") {
  const auto r = tx("0101MISSING00000031000003A3\n0000", 1);
  REQUIRE(r);
  REQUIRE(r->bodies.size() == 1);
  CHECK(r->bodies[0].handle == 1);
  CHECK(r->bodies[0].state == NdiState::missing);
  CHECK(r->bodies[0].frame == 931);
  CHECK(r->bodies[0].why == Missing::not_seen);
}

TEST_CASE("TX: without options transforms are meant, with out-of-volume alone, too") {
  for (const unsigned options : {0x0000U, 0x0800U}) {
    const auto r = tx("0101" + pose + state + "\n0000", options);
    REQUIRE(r);
    CHECK(r->bodies[0].state == NdiState::valid);
  }
}

TEST_CASE("TX: the markers of a tool carry its handle; the last bit of the last digit is first") {
  const std::string at = "+000100+000200-150000";
  const auto r = tx("0101" + pose + state + "0512" + at + at + at + at + at + "\n0000", 9);
  REQUIRE(r);
  REQUIRE(r->points.size() == 5);
  const std::array<bool, 5> outside{false, true, false, false, true};  // digits 1 and 2
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(r->points[i].handle == 1);
    CHECK(r->points[i].index == i);
    CHECK(r->points[i].out_of_volume == outside[i]);
  }
}

TEST_CASE("TX: lower-case digits, blanks and points are no numbers") {
  const std::string good = "0101" + pose + state + "\n0000";
  REQUIRE(tx(good, 1));
  for (const char wrong : {'a', ' ', '.', '-', '\0'}) {
    for (std::size_t at = 5; at < good.size(); ++at) {
      std::string bad = good;
      if (bad[at] == '+' || bad[at] == '-') continue;  // a sign may be the other one
      bad[at] = wrong;
      CHECK_FALSE(tx(bad, 1));
    }
  }
}
