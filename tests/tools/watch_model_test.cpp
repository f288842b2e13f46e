#include "tools/trocar/watch_model.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tools/trocar/watch_view.hpp"

using namespace trocar;
using std::chrono::milliseconds;

namespace {

igtl::Message line_message(const std::string& text) {
  igtl::Message m;
  m.header = {1, "STRING", "NeedleDistance", 0, 0, 0};
  m.body = igtl::StringBody{igtl::us_ascii, text};
  return m;
}

igtl::Message needle(int sequence, double age_ms = 10.0) {
  return line_message("sequence=" + std::to_string(sequence) +
                      " tool=Needle status=OK age_ms=" + std::to_string(age_ms) +
                      " trajectory.entry_mm=0.5 Tumour.tip_mm=1.50 Tumour.tip_bound_95_mm=0.81 "
                      "Tumour.shaft_mm=0.90 Tumour.shaft_bound_95_mm=0.85 Tumour.zone=warn "
                      "Tumour.uncertain=no Dura.withheld=bound_too_large");
}

igtl::Message pose_message(const std::string& status, float x) {
  igtl::Message m;
  m.header = {2, "TRANSFORM", "StylusToTracker", 0, 0, 0};
  igtl::TransformBody t;
  t.columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, x, 2, 3};
  m.body = t;
  if (!status.empty()) m.metadata = {{"TransformStatus", igtl::us_ascii, status}};
  return m;
}

Timestamp at(int ms) { return Timestamp(milliseconds(ms)); }

}  // namespace

TEST_CASE("watch shows a distance with its bound, zone and age, per structure") {
  WatchModel model;
  model.take(needle(1), at(0));
  const auto rows = model.rows(at(20));
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].structure == "Tumour");
  CHECK(rows[0].tip == "1.50");
  CHECK(rows[0].tip_bound == "0.81");
  CHECK(rows[0].zone == "warn");
  CHECK(rows[0].age_ms == Approx(30.0));
  CHECK(rows[1].why == "bound_too_large");
  CHECK(rows[1].tip.empty());
}

TEST_CASE("H20: without news the number is gone after three heartbeats, not a moment later") {
  WatchModel model;
  model.take(needle(1), at(0));
  CHECK(model.rows(at(590))[0].tip == "1.50");
  for (const auto& row : model.rows(at(601))) {
    CHECK(row.stale);
    CHECK(row.tip.empty());
    CHECK(row.why == "stale");
  }
  CHECK(model.is_stale(at(601)));
  CHECK(watch_table(model, "here", at(601), false).find("1.50") == std::string::npos);
  CHECK(watch_json(model, "here", at(601)).find("1.50") == std::string::npos);
}

TEST_CASE("H20: what is stale is said at one moment: by the flag, the heartbeat and the rows") {
  WatchModel model;
  igtl::Message beat;
  beat.header = {1, "STATUS", "Trocar", 0, 0, 0};
  beat.body = igtl::StatusBody{1, 0, "ready", "state=ready"};
  model.take(beat, at(0));
  model.take(needle(1, 0.0), at(0));
  CHECK(stale_after == 3 * ServerConfig{}.heartbeat);
  for (const int ms : {600, 601}) {
    const bool stale = ms > 600;
    CHECK(model.is_stale(at(ms)) == stale);
    CHECK((model.heartbeat(at(ms)).find("STALE") == 0) == stale);
    CHECK(model.rows(at(ms))[0].stale == stale);
  }
  model.take(needle(2), at(605));  // numbers, but no heartbeat: who sends them is not well
  CHECK(model.is_stale(at(606)));
}

TEST_CASE("H20: a server that repeats one sequence for ever is stale although messages come") {
  WatchModel model;
  for (int ms = 0; ms <= 1000; ms += 50) model.take(needle(1), at(ms));
  CHECK(model.rows(at(1000))[0].stale);
  CHECK_FALSE(model.is_stale(at(1000)));
  model.take(needle(2), at(1050));
  CHECK_FALSE(model.rows(at(1060))[0].stale);
}

TEST_CASE("H20: an age that grows makes a number stale even when sequences advance") {
  WatchModel model;
  model.take(needle(1, 590.0), at(0));
  CHECK_FALSE(model.rows(at(5))[0].stale);
  CHECK(model.rows(at(15))[0].stale);
}

TEST_CASE("a withheld pose shows its reason for every structure") {
  WatchModel model;
  model.take(line_message("sequence=4 tool=Needle status=OUT_OF_VIEW withheld=tool_not_visible "
                          "age_ms=3.0 Tumour.withheld=tool_not_visible"),
             at(0));
  const auto rows = model.rows(at(1));
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].why == "tool_not_visible");
  CHECK(rows[0].tip.empty());
}

TEST_CASE("poses of other servers are rows, and one that is not OK has no position") {
  WatchModel model;
  model.take(pose_message("", 1.25F), at(0));
  CHECK(model.rows(at(1))[0].position == "1.2 2.0 3.0");
  model.take(pose_message("MISSING", 1.25F), at(2));
  CHECK(model.rows(at(3))[0].position.empty());
  CHECK(model.rows(at(3))[0].why == "MISSING");
  model.take(pose_message("OK", std::numeric_limits<float>::quiet_NaN()), at(4));
  CHECK(model.rows(at(5))[0].why == "NOT_FINITE");
  model.take(pose_message("OK", 7), at(6));
  CHECK(model.rows(at(607))[0].why == "stale");
}

TEST_CASE("after a lost connection nothing of before is shown") {
  WatchModel model;
  model.take(needle(1), at(0));
  model.forget();
  CHECK(model.rows(at(1)).empty());
  CHECK(model.heartbeat(at(1)) == "no message");
}

TEST_CASE("an old heartbeat is called stale, and a hostile one cannot steer the terminal") {
  WatchModel model;
  igtl::Message m;
  m.header = {1, "STATUS", "Trocar", 0, 0, 0};
  m.body = igtl::StatusBody{1, 0, "ready", "state=ready\x1b[2J"};
  model.take(m, at(0));
  CHECK(model.heartbeat(at(10)) == "state=ready?[2J");
  CHECK(model.heartbeat(at(601)).find("STALE") == 0);
}

TEST_CASE("H13: the server's warnings about the CT stand above the table and in the JSON") {
  WatchModel model;
  igtl::Message m;
  m.header = {1, "STRING", "TrocarWarnings", 0, 0, 0};
  m.body = igtl::StringBody{igtl::us_ascii, "issue=gantry_tilt text=3 deg\nissue=x text=\x1b[2J"};
  model.take(m, at(0));
  REQUIRE(model.warnings().size() == 2);
  CHECK(model.warnings()[1] == "issue=x text=?[2J");
  CHECK(watch_table(model, "here", at(1), false).find("! issue=gantry_tilt text=3 deg\n") !=
        std::string::npos);
  CHECK(watch_json(model, "here", at(1)).find("\"issue=gantry_tilt text=3 deg\"") !=
        std::string::npos);
  m.body = igtl::StringBody{igtl::us_ascii, "none"};
  model.take(m, at(2));
  CHECK(model.warnings().empty());
}

TEST_CASE("the table colours zones and the JSON is one line") {
  WatchModel model;
  model.take(needle(1), at(0));
  CHECK(watch_table(model, "here", at(1), true).find("\033[1;33m") != std::string::npos);
  CHECK(watch_table(model, "here", at(1), false).find('\033') == std::string::npos);
  const std::string json = watch_json(model, "here", at(1));
  CHECK(json.find('\n') == std::string::npos);
  CHECK(json.find("\"tip_mm\":\"1.50\"") != std::string::npos);
  CHECK(json.find("\"age_ms\":11.0") != std::string::npos);  // a number
}

TEST_CASE(
    "poses that come as TDATA, QTDATA or POSITION are rows, too, and a missing one has none") {
  WatchModel model;
  const Timestamp now = Timestamp() + std::chrono::seconds(1);
  igtl::Message m;
  m.header = {2, "TDATA", "Tracker", 0, 0, 0};
  m.body = igtl::TrackingBody{{{"Needle", 2, 0, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3}},
                               {"Probe", 2, 0, {1, 0, 0, 0, 1, 0, 0, 0, 1, 4, 5, 6}}}};
  m.metadata = {{"ProbeStatus", igtl::us_ascii, "MISSING"}};
  model.take(m, now);
  m.header.type = "POSITION";
  m.header.device = "Stylus";
  m.metadata.clear();
  m.body = igtl::PositionBody{{7, 8, 9}, {0, 0, 0, 1}, 7};
  model.take(m, now);
  std::map<std::string, WatchRow> rows;
  for (const WatchRow& r : model.rows(now)) rows[r.tool] = r;
  CHECK(rows["Needle"].position == "1.0 2.0 3.0");
  CHECK(rows["Stylus"].position == "7.0 8.0 9.0");
  CHECK(rows["Probe"].why == "MISSING");
  CHECK(WatchModel::wants("TDATA"));
  CHECK_FALSE(WatchModel::wants("IMAGE"));
}
