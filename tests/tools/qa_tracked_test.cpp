#include "tests/tools/made_session.hpp"

// What the tracker saw, apart from what was shown.
using namespace trocar;
using namespace trocar::made_session;

TEST_CASE("a covered tool has a gap with its reason, and so much less uptime") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 100; ++i) {
    if (i >= 30 && i < 50) {
      session.see(Missing::not_seen);
    } else {
      session.see(Vector3d(0, 0, 30));
    }
  }
  const qa::Report r = session.report();
  const qa::OfTool& needle = r.tools[0];
  REQUIRE(needle.shown.gaps.n() == 1);
  const qa::Span& withheld = needle.shown.gaps.first()[0];
  CHECK(withheld.what == "tool_not_visible");
  CHECK(withheld.from_s == Approx(31 * period_ms / 1e3));
  CHECK(withheld.to_s == Approx(51 * period_ms / 1e3));
  CHECK(value(needle.shown.uptime) == Approx(79.0 / 99));
  REQUIRE(needle.tracked.gaps.n() == 1);
  const qa::Span& missing = needle.tracked.gaps.first()[0];
  CHECK(missing.what == "not_seen");
  CHECK(missing.from_s == Approx(0.61));  // the exposure, 10 ms before its guidance
  CHECK(missing.to_s == Approx(1.01));
  CHECK(needle.tracked.missing_s.at("not_seen") == Approx(0.4));
  CHECK(value(needle.tracked.uptime) == Approx(1.59 / 1.99));
}

TEST_CASE("a tool that the tracker saw is tracked, though nothing was shown of it") {
  const TemporaryFolder folder;
  Session session(folder.path(), plan(), false);
  for (int i = 0; i < 100; ++i) session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  const qa::OfTool& needle = r.tools[0];
  CHECK(value(needle.tracked.uptime) == Approx(1));
  CHECK(needle.tracked.gaps.n() == 0);
  CHECK(value(needle.tracked.rate).exposures == 100);
  CHECK(value(needle.tracked.jitter).median_mm < 1e-9);
  CHECK(is_not_computable(needle.shown.uptime));
  CHECK(needle.shown.withheld_s.at("not_registered") == Approx(99 * period_ms / 1e3));
  for (const qa::Strip::Piece& p : needle.tracked.lane.pieces())
    CHECK(p[qa::Tracked::missing] == 0);
  for (const qa::Strip::Piece& p : needle.shown.lane.pieces()) CHECK(p[qa::Shown::outside] == 0);
}

TEST_CASE("the reference has uptime, gaps, rate and jitter of its own") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 150; ++i) {
    const bool covered = i >= 30 && i < 50;
    const bool flickers = i >= 100 && i % 2 == 0;  // gaps too short to be listed
    Seen reference_seen = reference_pose();
    if (covered) reference_seen = Missing::too_few_markers;
    if (flickers) reference_seen = Missing::out_of_volume;
    session.see_both(reference_seen, needle_pose(pointing_down(Vector3d(0, 0, 30))));
  }
  const qa::Report r = session.report();
  REQUIRE(r.references.size() == 1);
  CHECK(r.references[0].name == "reference");
  const qa::Tracked& t = r.references[0].tracked;
  CHECK(value(t.uptime) == Approx((2.99 - 0.4 - 0.5) / 2.99));
  REQUIRE(t.gaps.n() == 1);
  CHECK(t.gaps.first()[0].what == "too_few_markers");
  CHECK(t.missing_s.at("too_few_markers") == Approx(0.4));
  CHECK(t.missing_s.at("out_of_volume") == Approx(0.5));
  CHECK(value(t.rate).hz == Approx(50));
  CHECK(value(t.jitter).median_mm < 1e-9);
  CHECK(value(r.tools[0].tracked.uptime) == Approx(1));
  double missing_s = 0;
  for (const qa::Strip::Piece& p : t.lane.pieces()) missing_s += p[qa::Tracked::missing];
  CHECK(missing_s == Approx(0.9));
  const auto j = qa::json_of(r)["references"][0];
  CHECK(j["tracked"]["gaps"]["n"] == 1);
  CHECK(qa::page_of(r).find("too_few_markers: 0.4 s") != std::string::npos);
}

TEST_CASE("a tracker that says nothing is a gap, to the end of the record when it stays silent") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 50; ++i) session.see(Vector3d(0, 0, 30));
  session.wait(30);
  for (int i = 0; i < 50; ++i) session.see(Vector3d(0, 0, 30));
  session.wait(50);
  const qa::Report r = session.report();
  for (const qa::Tracked* t : {&r.references[0].tracked, &r.tools[0].tracked}) {
    REQUIRE(t->gaps.n() == 2);
    CHECK(t->gaps.first()[0].what == "no_exposure");
    CHECK(t->gaps.first()[0].from_s == Approx(0.99));
    CHECK(t->gaps.first()[0].to_s == Approx(1.61));
    CHECK(t->gaps.first()[1].to_s == Approx(r.duration_s));
    CHECK(value(t->uptime) == Approx(2 * 0.98 / 3.59));
  }
}

TEST_CASE("of a piece the time is its own, and where it begins is said") {
  const TemporaryFolder folder;
  Session piece(folder.path(), plan(), true, true);
  for (int i = 0; i < 150; ++i) piece.see(Missing::not_seen);
  piece.is_before_piece = false;
  for (int i = 0; i < 100; ++i) piece.see(Vector3d(0, 0, 30));
  const qa::Report p = piece.report();
  CHECK(p.begins_s == Approx(151 * period_ms / 1e3));
  CHECK(p.duration_s == Approx(99 * period_ms / 1e3));
  CHECK(value(p.tools[0].tracked.rate).exposures == 100);
  CHECK(value(p.tools[0].tracked.uptime) == Approx(1));
  CHECK(value(p.device).n == 100);
  CHECK(p.registrations.n() == 1);
  CHECK(value(p.tools[0].structures[0].nearest).at_s >= p.begins_s);
  CHECK(qa::json_of(p)["begins_s"] == p.begins_s);
  CHECK(qa::page_of(p).find("2.0 s, from 3.0 to 5.0 s after the first step") != std::string::npos);
}

TEST_CASE("a lane of any length stays within its pieces, and each keeps its shares") {
  qa::Strip strip;
  for (int i = 0; i < 100'000; ++i) strip.add(60 + 0.02 * i, 60 + 0.02 * (i + 1), i % 2);
  strip.add(2060, 4060, 3);
  CHECK(strip.pieces().size() <= qa::Strip::most_pieces);
  CHECK(strip.from_s() == 60);
  double first_s = 0;
  double last_s = 0;
  for (const qa::Strip::Piece& p : strip.pieces()) {
    first_s += p[0];
    last_s += p[3];
    if (p[3] == 0) CHECK(p[0] == Approx(p[1]).epsilon(0.02));
  }
  CHECK(first_s == Approx(1000));
  CHECK(last_s == Approx(2000));
}

TEST_CASE("rate and drops come from the device's own frame numbers, whatever their step") {
  const TemporaryFolder folder;
  Session session(folder.path());
  const std::uint32_t step = GENERATE(1U, 3U);
  for (int i = 0; i < 60; ++i) session.see(Vector3d(0, 0, 30), i % 20 == 19 ? 3 * step : step);
  const qa::Report r = session.report();
  const auto& rate = value(r.tools[0].tracked.rate);
  CHECK(rate.exposures == 60);
  CHECK(rate.drops == 6);
  CHECK(rate.hz == Approx(59 / (1e-3 * period_ms * step * (59 + 6))));
}
