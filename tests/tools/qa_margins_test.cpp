#include "tests/tools/made_session.hpp"

// Distances, clearances, and what is inside.
using namespace trocar;
using namespace trocar::made_session;

TEST_CASE("the nearest distance, its time and its bound are those that were shown") {
  const TemporaryFolder folder;
  Session session(folder.path());
  StructureDistance shown{};
  for (int i = 0; i < 100; ++i) {
    session.see(Vector3d(0, 0, i < 50 ? 40 - 0.4 * i : 20 + 0.4 * (i - 50)));
    if (i == 50) {
      shown = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    }
  }
  const qa::Report r = session.report();
  REQUIRE(r.tools.size() == 1);
  CHECK(r.tools[0].name == "needle");
  const auto& nearest = value(r.tools[0].structures[0].nearest);
  CHECK(nearest.tip_mm == shown.tip_to_structure_mm);
  CHECK(nearest.bound_95_mm == shown.tip_bound_95_mm);
  CHECK(nearest.at_s == Approx(51 * period_ms / 1e3));
  CHECK(r.tools[0].structures[0].inside.n() == 0);
  CHECK(r.duration_s == Approx(100 * period_ms / 1e3));
  CHECK(r.whole);
}

TEST_CASE("a breach has its depth and duration, and the zones add up to the time shown") {
  const TemporaryFolder folder;
  Session session(folder.path(), plan_with_dura());
  double depth_mm = 0;
  for (int i = 0; i < 100; ++i) {
    session.see(Vector3d(0, 0, i >= 40 && i < 65 ? 12 : 40));
    if (i != 50) continue;
    const auto& d = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    depth_mm = -d.shaft_clearance_mm;
  }
  const qa::Report r = session.report();
  const qa::OfStructure& dura = r.tools[0].structures[0];
  REQUIRE(dura.inside.n() == 1);
  const qa::Breach& breach = dura.inside.first()[0];
  CHECK(breach.depth_mm == Approx(depth_mm));
  CHECK(breach.from_s == Approx(41 * period_ms / 1e3));
  CHECK(breach.duration_s == Approx(25 * period_ms / 1e3));
  CHECK(dura.inside_s == Approx(25 * period_ms / 1e3));
  double all_s = 0;
  for (const auto& [zone, zone_s] : dura.zone_s) all_s += zone_s;
  CHECK(all_s == Approx(99 * period_ms / 1e3));
  CHECK(qa::json_of(r)["tools"][0]["structures"][0]["breaches"]["n"] == 1);
  CHECK(qa::page_of(r).find("<div class='tile alert'><b>1</b><span>breaches, critical") !=
        std::string::npos);
}

TEST_CASE("to reach the planned target is no breach, and the page says how long it was reached") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 100; ++i) session.see(Vector3d(0, 0, i >= 40 && i < 65 ? 12 : 40));
  const qa::Report r = session.report();
  const auto j = qa::json_of(r)["tools"][0]["structures"][0];
  CHECK(j["kind"] == "tumour");
  CHECK(j["role"] == "target");
  CHECK_FALSE(j.contains("breaches"));
  CHECK(j["inside"]["total_s"].get<double>() == Approx(25 * period_ms / 1e3));
  const std::string page = qa::page_of(r);
  CHECK(page.find("in the target for 0.5 s") != std::string::npos);
  CHECK(page.find("<b>0</b><span>breaches, critical") != std::string::npos);
  CHECK(page.find("tile alert") == page.find("tile alert'><b>1</b><span>alarms"));
  CHECK(page.find("class=bad") == std::string::npos);
}

TEST_CASE("the margin of the whole instrument has its own least, bound and times") {
  const TemporaryFolder folder;
  Session session(folder.path(), plan_with_dura());
  double least_mm = 1e9;
  double bound_mm = 0;
  double below_stop_s = 0;
  double below_warn_s = 0;
  for (int i = 0; i < 60; ++i) {
    // The tip is past the ball, so that it is the shaft that passes near it.
    session.see(Vector3d(16 + 0.2 * i, 0, -20));
    const auto& d = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    if (d.shaft_clearance_mm < least_mm) {
      least_mm = d.shaft_clearance_mm;
      bound_mm = d.shaft_bound_95_mm;
    }
    const double held_s = i == 59 ? 0 : period_ms / 1e3;  // to the next guidance
    if (d.shaft_clearance_mm < 2) below_stop_s += held_s;
    if (d.shaft_clearance_mm < 6) below_warn_s += held_s;
  }
  const qa::Report r = session.report();
  const qa::OfStructure& dura = r.tools[0].structures[0];
  const auto& least = value(dura.least_clearance);
  CHECK(least.shaft_mm == least_mm);
  CHECK(least.bound_95_mm == bound_mm);
  CHECK(least.shaft_mm < value(dura.nearest).tip_mm - 1);
  CHECK(least.behind_tip_mm > 1);
  CHECK(below_stop_s > 0);
  CHECK(below_warn_s > below_stop_s);
  CHECK(dura.below_stop_s == Approx(below_stop_s));
  CHECK(dura.below_warn_s == Approx(below_warn_s));
  CHECK(dura.zone_s.at("stop") > dura.below_stop_s);  // the zone is of the lower bound
  CHECK(qa::page_of(r).find("lower 95 % bound of the clearance, with hysteresis") !=
        std::string::npos);
}

TEST_CASE("the predicted TRE is that of all that was shown, and zones have their distances") {
  const TemporaryFolder folder;
  Session session(folder.path());
  double least_mm = 1e9;
  double greatest_mm = 0;
  for (int i = 0; i < 50; ++i) {
    session.see(Vector3d(0, 0, 60 - i));
    const auto& d = std::get<StructureDistance>(session.guidance().tools[0].structures[0].distance);
    least_mm = std::min(least_mm, d.predicted_tre_mm);
    greatest_mm = std::max(greatest_mm, d.predicted_tre_mm);
  }
  const qa::Report r = session.report();
  const qa::OfStructure& tumour = r.tools[0].structures[0];
  CHECK(value(tumour.predicted_tre).least_mm == least_mm);
  CHECK(value(tumour.predicted_tre).greatest_mm == greatest_mm);
  CHECK(tumour.stop_mm == plan().structures[0].zones.stop_mm);
  CHECK(tumour.warn_mm == plan().structures[0].zones.warn_mm);
  const auto curve = qa::json_of(r)["tools"][0]["structures"][0]["curve"];
  CHECK(curve["pieces"].size() >= 15);
  CHECK(curve["pieces"][0].size() == curve["columns"].size());
}

TEST_CASE("a curve of any length stays within its pieces, and no extreme falls between them") {
  qa::Envelope curve;
  for (int i = 0; i < 200'000; ++i) curve.add(0.05 * i, i == 123'456 ? -7 : 10 + i % 3, 1);
  CHECK(curve.pieces().size() <= qa::Envelope::most_pieces);
  double low = 100;
  double high = 0;
  for (const auto& p : curve.pieces()) {
    low = std::min(low, p.low);
    high = std::max(high, p.band_high);
  }
  CHECK(low == -7);
  CHECK(high == 13);
}
