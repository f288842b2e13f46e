#include <fstream>

#include "tests/tools/made_session.hpp"

// Reports of sessions whose truth the test knows: it made them.
using namespace trocar;
using namespace trocar::made_session;

TEST_CASE("a report does not grow with what happened, and says how much it leaves out") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 600; ++i) {
    session.see(Vector3d(0, 0, 30));
    session.take(RegistrationCleared{});
    session.see(Vector3d(0, 0, 30));
    Registration again = registration();
    again.fre_mm = 0.3 + 1e-4 * i;
    session.take(again);
  }
  session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  CHECK(r.states.first().size() == qa::most_events);
  CHECK(r.states.n() > 1000);
  CHECK(r.registrations.first().size() == qa::most_registrations);
  CHECK(r.registrations.n() == 601);
  CHECK(value(r.fre_mm) == Approx(0.3 + 1e-4 * 599));
  double all_s = 0;
  for (const auto& [state, s] : r.state_s) all_s += s;
  CHECK(all_s == Approx(r.duration_s));
  const auto j = qa::json_of(r);
  CHECK(j["states"]["n"] == r.states.n());
  CHECK(j["registrations"]["first"].size() == qa::most_registrations);
  CHECK(qa::page_of(r).find("and 401 more") != std::string::npos);
}

TEST_CASE("a name that is no UTF-8 stops nothing, and a report knows the size of its session") {
  const TemporaryFolder folder;
  Session session(folder.path());
  session.see(Vector3d(0, 0, 30));
  qa::Report r = session.report();
  CHECK(r.bytes == std::filesystem::file_size(session.path));
  r.session = "M\xfcller.mcap";
  const std::string text = qa::json_text(qa::json_of(r));
  CHECK(nlohmann::json::parse(text)["session"] == "M\xef\xbf\xbdller.mcap");
  std::ofstream(folder.path() / "a.json") << text;
  CHECK(qa::is_report_of(folder.path() / "a.json", r.bytes));
  CHECK_FALSE(qa::is_report_of(folder.path() / "a.json", r.bytes + 1));
  CHECK_FALSE(qa::is_report_of(session.path, r.bytes));
  CHECK_FALSE(qa::is_report_of(folder.path() / "none.json", r.bytes));
}

TEST_CASE("latency, registration and jitter of a tool that stands still") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 200; ++i) session.see(Vector3d(i % 2 == 0 ? 0.1 : -0.1, 0, 30));
  const qa::Report r = session.report();
  CHECK(value(r.tools[0].shown.age).p50_ms == Approx(10).epsilon(0.07));
  CHECK(value(r.handling).max_ms == Approx(1));
  for (const auto& jitter : {r.tools[0].shown.jitter, r.tools[0].tracked.jitter}) {
    CHECK(value(jitter).median_mm == Approx(0.1).epsilon(0.01));
    CHECK(value(jitter).windows >= 3);
  }
  REQUIRE(r.registrations.n() == 1);
  CHECK(r.registrations.first()[0].fre_mm == registration().fre_mm);
  CHECK(r.registrations.first()[0].points == registration().points.size());
  CHECK(value(r.reference).jump_mm < 1e-9);
}

TEST_CASE("each stage has its histogram, and every exposure stands in it once") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 50; ++i) session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  for (const auto& [latency, ms] :
       {std::pair{value(r.device), 9.0}, std::pair{value(r.handling), 1.0}}) {
    REQUIRE(latency.bars.size() == 1);
    CHECK(latency.bars[0].n == 50);
    CHECK(latency.n == 50);
    CHECK(latency.bars[0].from_ms <= ms);
    CHECK(latency.bars[0].to_ms > ms);
    CHECK(latency.bars[0].to_ms < 1.3 * ms);
  }
}

TEST_CASE("a second registration tells how far the first had drifted") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 20; ++i) session.see(Vector3d(0, 0, 30));
  Registration moved = registration();
  Eigen::Isometry3d shift = Eigen::Isometry3d::Identity();
  shift.translation() = Vector3d(0.6, 0, 0.8);
  moved.preop_from_reference = Transform<Preop, Reference>::declare(
      shift * moved.preop_from_reference.matrix());  // CLAIM: a test's own
  session.take(moved);
  session.take(RegistrationRefused{{"two points alike"}});
  const qa::Report r = session.report();
  REQUIRE(r.registrations.n() == 3);
  const auto& all = r.registrations.first();
  CHECK(is_not_computable(all[0].moved_mm));
  CHECK(value(all[1].moved_mm) == Approx(1.0));
  CHECK(all[2].refused == "two points alike");
  CHECK(value(r.drift_mm) == Approx(1.0));
}

TEST_CASE("what the report says of the reference is how often it was seen, and that it stood") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 1000; ++i) session.see(Vector3d(0, 0, 30));
  const qa::Report r = session.report();
  CHECK(value(r.references[0].tracked.uptime) == Approx(1));
  CHECK_FALSE(value(r.change).found);
  const auto j = qa::json_of(r);
  CHECK(j["reference_change_point"]["found"] == false);
  CHECK(j["reference_change_point"]["n"] == 19);
}

TEST_CASE("what a session does not support is not computable, and says why") {
  const TemporaryFolder folder;
  Plan without_trajectory = plan();
  without_trajectory.trajectories.clear();
  Session session(folder.path(), without_trajectory);
  const qa::Report r = session.report();
  const qa::OfTool& needle = r.tools[0];
  for (const qa::Tracked* t : {&needle.tracked, &r.references[0].tracked}) {
    CHECK(is_not_computable(t->uptime));
    CHECK(is_not_computable(t->rate));
    CHECK(is_not_computable(t->jitter));
  }
  CHECK(is_not_computable(needle.shown.uptime));
  CHECK(is_not_computable(needle.shown.jitter));
  CHECK(is_not_computable(needle.shown.age));
  CHECK(is_not_computable(needle.reached));
  CHECK(is_not_computable(needle.structures[0].nearest));
  CHECK(is_not_computable(needle.structures[0].least_clearance));
  CHECK_FALSE(is_not_computable(r.fre_mm));
  CHECK(is_not_computable(r.reference));
  CHECK(is_not_computable(r.drift_mm));
  const auto j = qa::json_of(r);
  CHECK(j["tools"][0]["tracked"]["uptime"]["not_computable"] == "the tracker never saw it");
  CHECK(j["tools"][0]["shown"]["uptime"]["not_computable"] == "no pose was shown");
}

TEST_CASE("the same session gives the same bytes, and the page loads nothing") {
  const TemporaryFolder folder;
  Session session(folder.path());
  for (int i = 0; i < 100; ++i) session.see(Vector3d(0, 0, 40 - 0.4 * i));
  const qa::Report a = session.report();
  const qa::Report b = session.read();
  CHECK(qa::json_of(a).dump() == qa::json_of(b).dump());
  const std::string page = qa::page_of(a);
  CHECK(page == qa::page_of(b));
  for (const char* loads : {"http", "src=", "url(", "<link", "<script", "@import"}) {
    CHECK(page.find(loads) == std::string::npos);
  }
  CHECK(page.find("<svg") != std::string::npos);
  CHECK(page.find("inside") != std::string::npos);
}

TEST_CASE("names and reasons cannot write into the page") {
  const TemporaryFolder folder;
  Plan evil = plan();
  evil.id = "<script>alert(1)</script>";
  evil.structures[0].id = "\"><img src=x>";
  Session session(folder.path(), evil);
  session.see(Vector3d(0, 0, 30));
  const std::string page = qa::page_of(session.report());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
}
