#include "drivers/simulators/ndi_frame_clock.hpp"

#include <catch2/catch.hpp>

using namespace trocar;
using namespace std::chrono_literals;

namespace {

// 100 frames per second, so that frame n is exposed at n times 10 ms.
ScenarioDevice device() {
  ScenarioDevice d;
  d.frame_hz = 100;
  d.latency = 14ms;
  d.utc_start_s = 1000;
  return d;
}

NdiFaults with(Fault fault) {
  NdiFaults faults;
  faults.add(std::move(fault));
  return faults;
}

const NdiFaults none;

}  // namespace

TEST_CASE("frames are exposed in even steps from power-up, without drift after days") {
  const NdiFrameClock clock(device(), 1);
  CHECK(clock.exposure(0) == 0ms);
  CHECK(clock.exposure(7) == 70ms);
  CHECK(clock.exposure(-3) == -30ms);
  CHECK(clock.exposure(100LL * 3600 * 48) == 48h);
  ScenarioDevice sixty = device();
  sixty.frame_hz = 60;
  CHECK(NdiFrameClock(sixty, 1).exposure(60 * 3600) == 3600s);
}

TEST_CASE("a device whose clock runs fast exposes that much more often") {
  ScenarioDevice fast = device();
  fast.clock_drift_ppm = 100;
  const auto at = NdiFrameClock(fast, 1).exposure(100 * 100);
  CHECK(static_cast<double>(at.count()) == Approx(1e11 / 1.0001).margin(1));
}

TEST_CASE("a frame leaves its latency after its exposure, jitter stays within three sigma") {
  CHECK(NdiFrameClock(device(), 1).available(5) == 64ms);
  ScenarioDevice jittery = device();
  jittery.latency_jitter_ms = 2;
  const NdiFrameClock clock(jittery, 1);
  double sum_ms = 0;
  double sum2 = 0;
  for (int i = 0; i < 2000; ++i) {
    const Duration late = clock.available(i) - clock.exposure(i) - 14ms;
    CHECK(late >= -6ms);
    CHECK(late <= 6ms);
    CHECK(clock.available(i) == NdiFrameClock(jittery, 1).available(i));  // the same every time
    sum_ms += milliseconds_of(late);
    sum2 += milliseconds_of(late) * milliseconds_of(late);
  }
  CHECK(sum_ms / 2000 == Approx(0).margin(0.2));  // 4.5 standard errors
  CHECK(std::sqrt(sum2 / 2000) == Approx(2).margin(0.15));
}

TEST_CASE("the first frame at an instant is the one exposed then or next") {
  const NdiFrameClock clock(device(), 1);
  CHECK(clock.first_at_or_after(0ms) == 0);
  CHECK(clock.first_at_or_after(1ns) == 1);
  CHECK(clock.first_at_or_after(70ms) == 7);
  CHECK(clock.first_at_or_after(70ms + 1ns) == 8);
  CHECK(clock.first_at_or_after(-10ms) == -1);
  CHECK(clock.first_at_or_after(-11ms) == -1);
}

TEST_CASE("the newest frame that can be reported is the last one whose bytes could have left") {
  ScenarioDevice jittery = device();
  jittery.latency_jitter_ms = GENERATE(0.0, 2.0);
  const NdiFrameClock clock(jittery, 7);
  for (Duration now = 20ms; now < 1s; now += 1'234'567ns) {
    const auto newest = clock.newest_available(now);
    CHECK(clock.available(newest) <= now);
    if (jittery.latency_jitter_ms == 0.0) CHECK(clock.available(newest + 1) > now);
  }
  CHECK(NdiFrameClock(device(), 1).newest_available(0ms) < 0);
}

TEST_CASE("the numbers a host sees count from one after the restart") {
  NdiFrameClock clock(device(), 1);
  CHECK(clock.number(42, none) == 42);
  clock.restart_numbers(505ms);
  CHECK(clock.number(51, none) == 1);
  CHECK(clock.number(60, none) == 10);
  CHECK(clock.number(40, none) == 0);  // before the restart: never a huge number
}

TEST_CASE(
    "a new frame rate begins with the next exposure, and the one after it counts from there") {
  NdiFrameClock clock(device(), 1);
  clock.set_frame_hz(20, 95ms);
  CHECK(clock.exposure(10) == 100ms);
  CHECK(clock.exposure(11) == 150ms);
  CHECK(clock.exposure(30) == 1100ms);
  clock.set_frame_hz(100, 1075ms);  // and back, in between two exposures
  CHECK(clock.exposure(30) == 1100ms);
  CHECK(clock.exposure(31) == 1110ms);
}

TEST_CASE("a jump moves the numbers by its amount while it lasts, not the exposures") {
  const NdiFrameClock clock(device(), 1);
  const NdiFaults jump =
      with({.kind = FaultKind::frame_jump, .from = 100ms, .until = 200ms, .amount = 500});
  CHECK(clock.number(9, jump) == 9);
  CHECK(clock.number(10, jump) == 510);
  const NdiFaults back = with({.kind = FaultKind::frame_jump, .from = 100ms, .amount = -50});
  CHECK(clock.number(60, back) == 10);
  CHECK(clock.number(20, back) == 0);
}

TEST_CASE("a frozen clock shows the number and the time of the instant it froze") {
  const NdiFrameClock clock(device(), 1);
  const NdiFaults frozen = with({.kind = FaultKind::clock_freeze, .from = 100ms, .until = 200ms});
  CHECK(clock.number(9, frozen) == 9);
  CHECK(clock.number(15, frozen) == 10);
  CHECK(clock.device_time(15, frozen) == 1000s + 100ms);
  CHECK(clock.exposure(15) == 150ms);
}

TEST_CASE("the device's own time counts from its epoch, with its drift") {
  CHECK(NdiFrameClock(device(), 1).device_time(150, none) == 1001s + 500ms);
  ScenarioDevice fast = device();
  fast.clock_drift_ppm = 50;
  // It exposes by the same crystal: what it shows of frame n is n periods of its own.
  const NdiFrameClock clock(fast, 1);
  const Duration shown = clock.device_time(100 * 1000, none) - 1000s;
  CHECK(static_cast<double>(shown.count()) == Approx(1e12).margin(3000));
}
