#include <sqlite3.h>
#include <sstream>

#include "tests/tools/golden_sessions.hpp"

// trocar session and trocar replay, on the golden sessions.
using namespace trocar;
using namespace trocar::golden;

TEST_CASE("session info counts what a session holds, and tells a cut one by its exit code") {
  const auto j = nlohmann::json::parse(run("session info --json " + whole, exit_ok).said);
  CHECK(j["closed"] == true);
  CHECK(j["messages"] == 89);
  CHECK(j["channels"]["/tracker_frame"] == 31);
  CHECK(j["attachments"][0]["name"] == "setup.pb");
  const auto damaged =
      nlohmann::json::parse(run("session info --json " + cut, exit_check_failed).said);
  CHECK(damaged["messages"] == 65);
  CHECK(damaged["damage"]["at_byte"] == 51299);
}

TEST_CASE("what is no session, or not there, is one line and exit code 1") {
  for (const char* file : {"README.md", "/nowhere.mcap", "tests"}) {
    for (const char* command : {"session info ", "replay --verify "}) {
      const Ran ran = run(std::string(command) + file, exit_run_time);
      CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
      CHECK(ran.said.starts_with("trocar: "));
    }
  }
}

TEST_CASE("session recover saves what is whole, says what is lost, and writes over nothing") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "saved.mcap").string();
  const Ran ran = run("session recover " + cut + " --out " + out, exit_ok);
  CHECK_THAT(ran.said, Catch::Contains("recovered 65 messages") &&
                           Catch::Contains("1112 bytes behind them are lost"));
  run("session info " + out, exit_ok);
  CHECK_THAT(run("replay --verify " + out, exit_ok).said, Catch::Contains("0 differ"));
  run("session recover " + cut + " --out " + out, exit_run_time);
}

TEST_CASE("replay --verify agrees with the record") {
  CHECK_THAT(run("replay --verify " + whole, exit_ok).said,
             Catch::Contains("39 guidances and 10 state lines compared, 0 differ") &&
                 Catch::EndsWith("\nverified: to its end\n"));
}

TEST_CASE("session cut keeps a piece that replays to the same bytes") {
  const TemporaryFolder folder;
  const std::string piece = (folder.path() / "piece.mcap").string();
  run("session cut " + whole + " --from 0.2 --to 0.4 --out " + piece, exit_ok);
  const auto j = nlohmann::json::parse(run("session info --json " + piece, exit_ok).said);
  CHECK(j["channels"]["/guidance"] == 10);
  CHECK(j["channels"]["/registration"] == 1);
  CHECK_THAT(run("replay --verify " + piece, exit_ok).said,
             Catch::Contains("10 guidances") && Catch::Contains("0 differ"));
  run("session cut " + whole + " --from 2 --to 1 --out " + piece, exit_usage);
}

TEST_CASE("beyond the end of a session there is nothing to cut and nothing to show") {
  const TemporaryFolder folder;
  const std::string piece = (folder.path() / "piece.mcap").string();
  CHECK(run("session cut " + whole + " --from 1000 --to 2000 --out " + piece, exit_usage).said ==
        "trocar session cut: --from 1000: the session is 0.6 s long\n");
  CHECK(std::filesystem::is_empty(folder.path()));
  for (const char* how : {"--listen 0", "--step", "--speed max"}) {
    CHECK(run("replay " + whole + " --from 1000 " + how, exit_usage).said ==
          "trocar replay: --from 1000: the session is 0.6 s long\n");
  }
}

TEST_CASE("session export gives every guidance to spreadsheets, SQLite, PLUS and Slicer") {
  const TemporaryFolder folder;
  const auto out = folder.path() / "out";
  const auto j = nlohmann::json::parse(
      run("session export --json " + whole + " --out " + out.string(), exit_ok).said);
  CHECK(j["guidances"] == 39);
  CHECK(j["whole"] == true);
  for (const auto& file : j["files"]) CHECK(std::filesystem::exists(out / file.get<std::string>()));

  const std::vector<double> truth = recorded_distances(whole);
  std::istringstream csv(content(out / "guidance.csv"));
  std::string line;
  std::getline(csv, line);
  CHECK(line.starts_with("sequence,utc_ns,session_s,state,tool,pose"));
  std::vector<double> told;
  while (std::getline(csv, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    if (cells[12] == "tumour" && cells[13] == "shown") told.push_back(std::stod(cells[14]));
  }
  CHECK(told == truth);

  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((out / "session.db").c_str(), &db) == SQLITE_OK);
  sqlite3_stmt* query = nullptr;
  REQUIRE(sqlite3_prepare_v2(db,
                             "SELECT count(*), min(tip_to_structure_mm) FROM guidance "
                             "WHERE structure='tumour' AND distance='shown'",
                             -1, &query, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(query) == SQLITE_ROW);
  CHECK(sqlite3_column_int64(query, 0) == static_cast<std::int64_t>(truth.size()));
  CHECK(sqlite3_column_double(query, 1) == *std::ranges::min_element(truth));
  sqlite3_finalize(query);
  REQUIRE(sqlite3_prepare_v2(db, "SELECT group_concat(type) FROM pragma_table_info('events')", -1,
                             &query, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(query) == SQLITE_ROW);
  CHECK(std::string(reinterpret_cast<const char*>(sqlite3_column_text(query, 0))) ==
        "INTEGER,REAL,TEXT,TEXT");
  sqlite3_finalize(query);
  sqlite3_close(db);

  const std::string sequence = content(out / "tools.igs.mha");
  CHECK_THAT(sequence,
             Catch::Contains("DimSize = 0 0 31 ") &&
                 Catch::Contains("Seq_Frame0000_needleToTrackerTransformStatus = OK") &&
                 Catch::Contains("Seq_Frame0010_needleToRasTransformStatus = OK") &&
                 Catch::Contains("Seq_Frame0030_needleToTrackerTransformStatus = INVALID") &&
                 Catch::Contains("Seq_Frame0030_needleToRasTransformStatus = INVALID") &&
                 Catch::EndsWith("ElementDataFile = LOCAL\n"));
  const std::string nrrd = content(out / "tools.seq.nrrd");
  CHECK(nrrd.starts_with("NRRD0005\ntype: uint8\ndimension: 4\nsizes: 1 1 1 31 "));
  CHECK_THAT(nrrd, Catch::Contains("Seq_Frame0010_needleToRasTransformStatus:=OK\n"));
  CHECK(nrrd.size() - nrrd.find("\n\n") - 2 == 31);                  // a pixel per exposure
  CHECK_FALSE(std::filesystem::exists(out / "registration_L3.h5"));  // it was cleared
  const std::string of_cut = (folder.path() / "of_cut").string();
  run("session export " + cut + " --out " + of_cut, exit_ok);
  CHECK(std::filesystem::exists(of_cut + "/registration_L3.h5"));  // not yet
  const auto points = nlohmann::json::parse(content(out / "fiducials.mrk.json"));
  CHECK(points["markups"][0]["coordinateSystem"] == "LPS");
  CHECK(points["markups"][0]["controlPoints"].size() == 5);
  CHECK_THAT(run("session export " + whole + " --out " + out.string(), exit_run_time).said,
             Catch::Contains("nothing is written over"));
}

TEST_CASE("a replay in steps tells one after the other, as it is told to, and ends when it is to") {
  const Ran ran = shell("printf '\\n\\n3\\nq\\n' | " TROCAR_PROGRAM " replay --step " + whole);
  INFO(ran.said);
  CHECK(ran.exit_code == exit_ok);
  CHECK_THAT(ran.said,
             Catch::Contains("1.0000 s: recording;") && Catch::Contains("registration;") &&
                 Catch::Contains("said: registration of ") &&
                 Catch::Contains("1.0600 s: tracker frame; ready\n  needle: tip 1.00 2.00") &&
                 Catch::Contains("6 steps"));
  CHECK(ran.said.find("1.0200 s") == std::string::npos);  // within the three
  const Ran later = shell("echo g | " TROCAR_PROGRAM " replay --step --from 0.5 " + whole);
  CHECK_THAT(later.said, Catch::StartsWith("sequence 28, 1.5000 s: tracker frame") &&
                             Catch::Contains("39 steps"));
}

TEST_CASE("a replay keeps to the recorded time, or a multiple of it, when it is asked to") {
  const auto took_s = [](const std::string& options) {
    const auto j = nlohmann::json::parse(run("replay --json " + options + whole, exit_ok).said);
    CHECK(j["differences"] == 0);
    return std::pair(j["took_s"].get<double>(), j["session_s"].get<double>());
  };
  const auto [real, session_s] = took_s("--speed 1 ");
  CHECK(real >= session_s);
  CHECK(took_s("--speed 4 ").first >= session_s / 4);
  CHECK(took_s("--speed max ").second == session_s);
  run("replay --speed fast " + whole, exit_usage);
}

TEST_CASE("a replay serves displays, and the first thing it says is that nothing is live") {
  const TemporaryFolder folder;
  const std::string log = (folder.path() / "replay.log").string();
  const Ran ran = trocar_with("replay " + whole + " --listen 0 --speed 0.05 > " + log +
                              " 2>&1 & replay=$!; for i in $(seq 200); do port=$(sed -n 's/.*on "
                              "port \\([0-9]*\\).*/\\1/p' " +
                              log +
                              "); [ -n \"$port\" ] && break; sleep 0.05; done; " TROCAR_PROGRAM
                              " watch 127.0.0.1:$port --json --for 2; kill $replay; wait $replay");
  INFO(ran.said);
  CHECK_THAT(ran.said, Catch::Contains("issue=replay") && Catch::Contains("nothing here is live"));
  CHECK_THAT(ran.said, Catch::Contains("\"structure\":\"tumour\",\"tip_mm\":\""));
}
