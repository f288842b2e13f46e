#include "engine/navigation/device_state.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/navigation/scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

struct Device {
  NavigatorConfig limits = config();
  DeviceState state{limits};
  Device() { state.on(LinkChanged{Link::tracking, {}}, at_ms(0)); }
  bool hear(double acquired_ms, double now_ms, double bound_ms = 1) {
    TrackerFrame f;
    f.acquired = at_ms(acquired_ms);
    f.acquired_bound = duration_from_ms(bound_ms);
    f.received = at_ms(acquired_ms + 10);
    return state.on(f, at_ms(now_ms));
  }
};

}  // namespace

TEST_CASE("a link is what the source says, until frames have stopped for the watchdog's time") {
  NavigatorConfig limits = config();
  DeviceState fresh{limits};
  CHECK(fresh.link(at_ms(5000)) == Link::connecting);
  Device d;
  CHECK(d.state.link(at_ms(150)) == Link::tracking);
  CHECK(d.state.link(at_ms(150.1)) == Link::lost);  // not even a first frame
  d.hear(200, 210);
  CHECK(d.state.link(at_ms(360)) == Link::tracking);
  CHECK(d.state.link(at_ms(360.1)) == Link::lost);
  d.state.on(LinkChanged{Link::lost, {}}, at_ms(370));
  d.hear(380, 390);
  CHECK(d.state.link(at_ms(391)) == Link::lost);  // a stray frame does not make a link
}

TEST_CASE("H18: a time from the future or with too wide a bound is not believed") {
  Device d;
  CHECK(d.hear(100, 110));
  CHECK(d.state.clock_valid());
  CHECK(d.hear(130.9, 130));  // ahead, but within its own bound
  CHECK_FALSE(d.hear(151.1, 150));
  CHECK_FALSE(d.state.clock_valid());
  CHECK(d.state.degraded(at_ms(150)));
  CHECK(d.hear(160, 170, 5.0));
  CHECK_FALSE(d.hear(180, 190, 5.1));
  CHECK(d.hear(200, 210));
  CHECK(d.state.clock_valid());
}

TEST_CASE("lost values and late handling degrade for the hold time, and no longer") {
  Device d;
  CHECK_FALSE(d.state.degraded(at_ms(0)));
  d.state.on(Gap{3}, at_ms(100));
  d.state.on(Gap{2}, at_ms(200));
  CHECK(d.state.lost_frames() == 5);
  CHECK(d.state.degraded(at_ms(1199)));
  CHECK_FALSE(d.state.degraded(at_ms(1200)));
  d.hear(2000, 2041);  // handled 31 ms after it was received
  CHECK(d.state.is_late(at_ms(3040)));
  CHECK_FALSE(d.state.is_late(at_ms(3041)));
  d.hear(4000, 4040);
  CHECK_FALSE(d.state.degraded(at_ms(4040)));
}

TEST_CASE(
    "an alert stays until the link is set up anew; what the device merely mentions does not") {
  Device d;
  d.state.on(DeviceAlert{Severity::event, 1, {}});
  CHECK_FALSE(d.state.degraded(at_ms(0)));
  d.state.on(DeviceAlert{Severity::fault, 2, {}});
  CHECK(d.state.degraded(at_ms(3'600'000)));
  d.state.on(LinkChanged{Link::lost, {}}, at_ms(10));
  CHECK(d.state.degraded(at_ms(10)));
  d.state.on(LinkChanged{Link::tracking, {}}, at_ms(20));
  CHECK_FALSE(d.state.degraded(at_ms(20)));
}
