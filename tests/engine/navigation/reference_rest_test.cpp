#include "engine/navigation/reference_rest.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "scene.hpp"

using namespace trocar;
using namespace trocar::scene;

namespace {

constexpr Duration one_minute = std::chrono::seconds(60);

std::string with_rest() {
  return config_text() + "[scan_rest]\nwindow_s = 60\nmax_move_mm = 0.5\n";
}

// A minute of an operating room at 20 Hz in which the reference has moved by `moved` at its end,
// evenly, with the tracker's jitter.
void minute(Navigator& navigator, Timestamp& now, const Vector3d& moved, double turned_rad = 0) {
  std::mt19937 random(3);
  std::normal_distribution<double> jitter_mm(0, 0.10);
  constexpr int poses = 60 * 20;
  for (int i = 0; i < poses; ++i) {
    const double share = static_cast<double>(i) / poses;
    Eigen::Isometry3d pose = tracker_from_reference.matrix();
    pose.rotate(Eigen::AngleAxisd(share * turned_rad, Vector3d::UnitY()));
    pose.translation() +=
        share * moved + Vector3d(jitter_mm(random), jitter_mm(random), jitter_mm(random));
    now += duration_from_ms(50);
    navigator.step(frame(now, seen(pose), Missing::not_seen), now + duration_from_ms(10));
  }
  now += duration_from_ms(20);
}

// What a scan of two vertebrae brings, from its first slice to its end.
void scan(Navigator& navigator, Timestamp now) {
  navigator.step(ImagingChanged{Imaging::receiving, "first slice"}, now);
  navigator.step(ImagingChanged{Imaging::registering, "192 slices"}, now);
  Registration l3 = registration({2}), l4 = registration({3});
  l3.more = true;
  navigator.step(l3, now);
  navigator.step(l4, now);
  navigator.step(ImagingChanged{Imaging::none, "2 of 2"}, now);
}

}  // namespace

TEST_CASE("H4: a reference that crept 0.7 mm before a scan arrived makes the scan refused") {
  Navigator navigator(read_config(with_rest()), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {0.7, 0, 0});
  scan(navigator, now);
  CHECK(navigator.guidance().epoch == 0);
  CHECK(navigator.guidance().imaging == Imaging::refused);
  CHECK(navigator.guidance().imaging_reason.view() == "reference_moved");
  CHECK(navigator.registration({2}) == nullptr);
  // The next scan, after a minute at rest, is taken.
  minute(navigator, now, {0, 0, 0});
  minute(navigator, now, {0, 0, 0});
  scan(navigator, now);
  CHECK(navigator.guidance().epoch == 1);
  CHECK(navigator.guidance().imaging == Imaging::none);
  CHECK(navigator.registration({3}) != nullptr);
}

TEST_CASE("H4: a reference that turned by half a degree before a scan makes it refused") {
  Navigator navigator(read_config(with_rest()), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {0, 0, 0}, 0.5 * M_PI / 180);
  scan(navigator, now);
  CHECK(navigator.guidance().imaging_reason.view() == "reference_moved");
}

TEST_CASE("H4: a reference at rest in 0.10 mm jitter, or not seen, lets a scan pass and says so") {
  for (const bool visible : {true, false}) {
    Navigator navigator(read_config(with_rest()), tools(), model());
    Timestamp now = at_ms(1000);
    if (visible) minute(navigator, now, {0, 0, 0});
    navigator.step(ImagingChanged{Imaging::receiving, "first slice"}, now);
    const std::string said(navigator.lines()[0].text.view());
    CHECK(said.find(visible ? "seen in 59 of the 60 s" : "seen in 0 of the 60 s") !=
          std::string::npos);
    scan(navigator, now);
    CHECK(navigator.guidance().epoch == 1);
  }
}

TEST_CASE("H4: a scan that arrives while another hangs is judged by its own window") {
  Navigator navigator(read_config(with_rest()), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {0, 0, 0});
  navigator.step(ImagingChanged{Imaging::receiving, "a sender that stopped"}, now);
  minute(navigator, now, {3, 0, 0});
  scan(navigator, now);
  CHECK(navigator.guidance().imaging_reason.view() == "reference_moved");
  CHECK(navigator.guidance().epoch == 0);
}

TEST_CASE("H4: what was seen when a scan arrived behind another holds when its turn comes") {
  Navigator navigator(read_config(with_rest()), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {0, 0, 0});
  navigator.step(ImagingChanged{Imaging::receiving, "first"}, now);
  minute(navigator, now, {3, 0, 0});
  navigator.step(ImagingChanged{Imaging::receiving, "second"}, now);
  navigator.step(ImagingChanged{Imaging::refused, "the first: missing_slices"}, now);
  minute(navigator, now, {0, 0, 0});
  minute(navigator, now, {0, 0, 0});
  navigator.step(ImagingChanged{Imaging::registering, "second"}, now);
  navigator.step(registration(), now);
  CHECK(navigator.guidance().epoch == 0);
}

TEST_CASE("without [scan_rest] the reference's rest is not looked at") {
  Navigator navigator(config(), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {5, 0, 0});
  scan(navigator, now);
  CHECK(navigator.guidance().epoch == 1);
}

TEST_CASE("a registration by touch is none of a scan's") {
  Navigator navigator(read_config(with_rest()), tools(), model());
  Timestamp now = at_ms(1000);
  minute(navigator, now, {2, 0, 0});
  navigator.step(ImagingChanged{Imaging::registering, "192 slices"}, now);
  navigator.step(spine_registration(), now);
  CHECK(navigator.guidance().epoch == 1);
}

TEST_CASE("rest is told of the window alone, and of seconds with poses enough for a mean") {
  ReferenceRest rest;
  const auto at = [](double x_mm) {
    return Transform<Tracker, Marker>::declare(  // CLAIM: the test's truth
        Eigen::Isometry3d(Eigen::Translation3d(x_mm, 0, -1500)));
  };
  for (int s = 0; s < 700; ++s) {
    const int poses = s == 695 ? 2 : 3;
    for (int i = 0; i < poses; ++i)
      rest.add(at_ms(1000.0 * s + i), at(s < 650 || s == 695 ? 9 : 1));
  }
  const auto now = at_ms(699'500);
  CHECK(rest.over(now, std::chrono::seconds(40)).moved_mm == Approx(0).margin(1e-9));
  CHECK(rest.over(now, std::chrono::seconds(40)).seconds == 39);  // one has no mean
  CHECK(rest.over(now, one_minute).moved_mm == Approx(8));
  CHECK(rest.over(now, std::chrono::seconds(600)).seconds == 599);
}
