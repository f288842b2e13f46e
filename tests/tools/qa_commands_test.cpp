#include "tests/tools/golden_sessions.hpp"

// trocar qa and trocar qa merge, on the golden sessions.
using namespace trocar;
using namespace trocar::golden;

TEST_CASE("qa makes a report of each session, once, and goes on when one cannot be read") {
  const TemporaryFolder folder;
  const std::string out = " --out " + (folder.path() / "reports").string();
  const Ran ran = run("qa " + whole + " " + cut + " README.md" + out, exit_run_time);
  CHECK_THAT(ran.said, Catch::Contains("README.md: expected a session file") &&
                           Catch::Contains("2 reports") && Catch::Contains("1 failed"));
  const auto j = nlohmann::json::parse(content(folder.path() / "reports/session_v1.json"));
  const std::vector<double> shown = recorded_distances(whole);
  const double nearest = *std::ranges::min_element(shown);
  CHECK(j["schema"] == 3);
  CHECK(j["bytes"] == std::filesystem::file_size(whole));
  CHECK(j["guidances"] == 39);
  CHECK(j["tools"][0]["structures"][0]["nearest"]["tip_to_structure_mm"] == nearest);
  const std::string page = content(folder.path() / "reports/session_v1.html");
  run("qa " + whole + out, exit_ok);
  CHECK(content(folder.path() / "reports/session_v1.html") == page);
  CHECK_THAT(run("qa " + whole + " " + cut + " --missing" + out, exit_ok).said,
             Catch::Contains("0 reports") && Catch::Contains("2 were there"));
  run("qa " + whole + " tests/golden/../golden/session_v1.mcap" + out, exit_usage);
}

TEST_CASE("qa goes on when a name is no UTF-8, and when one report cannot be written") {
  const TemporaryFolder folder;
  const std::string in = folder.path().string() + "/";
  std::filesystem::copy_file(whole, in + "M\xfcller.mcap");
  std::filesystem::copy_file(whole, in + "other.mcap");
  std::filesystem::copy_file(cut, in + "third.mcap");
  std::filesystem::create_directories(in + "q/other.json/in the way");
  const Ran ran = run("qa " + in + "M\xfcller.mcap " + in + "other.mcap " + in +
                          "third.mcap --out " + in + "q --jobs 2",
                      exit_run_time);
  CHECK_THAT(ran.said, Catch::Contains("2 reports") && Catch::Contains("1 failed") &&
                           Catch::Contains("other.json: cannot be written"));
  const auto j = nlohmann::json::parse(content(in + "q/M\xfcller.json"));
  CHECK(j["session"] == "M\xef\xbf\xbdller.mcap");
  CHECK(std::filesystem::exists(in + "q/third.json"));
  CHECK_FALSE(std::filesystem::exists(in + "q/other.html"));
  for (const auto& file : std::filesystem::directory_iterator(in + "q")) {
    CHECK(file.path().extension() != ".part");
  }
}

TEST_CASE("a report of a session that was completed later counts as missing") {
  const TemporaryFolder folder;
  const std::string session = (folder.path() / "s.mcap").string();
  const std::string missing =
      "qa " + session + " --missing --out " + (folder.path() / "q").string();
  std::filesystem::copy_file(cut, session);
  CHECK_THAT(run(missing, exit_ok).said, Catch::Contains("1 reports"));
  CHECK_THAT(run(missing, exit_ok).said, Catch::Contains("0 reports"));
  std::filesystem::copy_file(whole, session, std::filesystem::copy_options::overwrite_existing);
  CHECK_THAT(run(missing, exit_ok).said, Catch::Contains("1 reports"));
  CHECK(nlohmann::json::parse(content(folder.path() / "q/s.json"))["whole"] == true);
  CHECK_THAT(run(missing, exit_ok).said, Catch::Contains("1 were there"));
}

TEST_CASE("the report of a piece is of its time") {
  const TemporaryFolder folder;
  const std::string piece = (folder.path() / "p.mcap").string();
  run("session cut " + whole + " --from 0.3 --to 0.5 --out " + piece, exit_ok);
  run("qa " + piece + " --out " + folder.path().string(), exit_ok);
  const auto j = nlohmann::json::parse(content(folder.path() / "p.json"));
  CHECK(j["begins_s"].get<double>() == Approx(0.3).margin(0.05));
  CHECK(j["duration_s"].get<double>() == Approx(0.2).margin(0.05));
}

TEST_CASE("qa that is stopped ends soon, and what it leaves is whole") {
  const TemporaryFolder folder;
  const std::string in = folder.path().string() + "/";
  for (int i = 0; i < 2000; ++i) {
    std::filesystem::create_symlink(std::filesystem::absolute(whole),
                                    in + "s" + std::to_string(10'000 + i) + ".mcap");
  }
  const Ran ran = shell(
      TROCAR_PROGRAM " qa " + in + "s*.mcap --jobs 2 --out " + in + "q & pid=$!; while [ ! -e " +
      in + "q/s10000.json ]; do sleep 0.02; done; kill -INT $pid; wait $pid; echo rc $?");
  CHECK_THAT(ran.said, Catch::Contains("stopped") && Catch::Contains("rc 1"));
  std::size_t pages = 0;
  std::size_t reports = 0;
  for (const auto& file : std::filesystem::directory_iterator(in + "q")) {
    pages += file.path().extension() == ".html" ? 1 : 0;
    reports += file.path().extension() == ".json" ? 1 : 0;
    CHECK(file.path().extension() != ".part");
  }
  CHECK(reports == pages);
  CHECK(reports < 2000);
  CHECK_THAT(ran.said, Catch::Contains(std::to_string(reports) + " of 2000 reports"));
}

TEST_CASE("a merge is not written over a report, nor a report over a merge") {
  const TemporaryFolder folder;
  const std::string in = folder.path().string() + "/";
  std::filesystem::copy_file(whole, in + "merged.mcap");
  run("qa " + in + "merged.mcap --out " + in + "d", exit_ok);
  const std::string report = content(in + "d/merged.json");
  CHECK_THAT(run("qa merge " + in + "d --out " + in + "d", exit_usage).said,
             Catch::Contains("d/merged.json is no merge"));
  CHECK(content(in + "d/merged.json") == report);
  run("qa merge " + in + "d --out " + in + "m", exit_ok);
  run("qa merge " + in + "d --out " + in + "m", exit_ok);
  const std::string merge = content(in + "m/merged.json");
  CHECK_THAT(run("qa " + in + "merged.mcap --out " + in + "m", exit_run_time).said,
             Catch::Contains("written over the merge"));
  CHECK(content(in + "m/merged.json") == merge);
}

TEST_CASE("qa makes many reports at the same time, the same bytes as one after the other") {
  const TemporaryFolder folder;
  std::string sessions;
  for (int i = 0; i < 12; ++i) {
    const std::string piece = (folder.path() / ("s" + std::to_string(i) + ".mcap")).string();
    run("session cut " + whole + " --to 0." + std::to_string(20 + 3 * i) + " --out " + piece,
        exit_ok);
    sessions += " " + piece;
  }
  std::ofstream(folder.path() / "s5.mcap") << "torn";
  const auto many = folder.path() / "many";
  const auto one = folder.path() / "one";
  const Ran ran = run("qa" + sessions + " --jobs 6 --out " + many.string(), exit_run_time);
  CHECK_THAT(ran.said, Catch::Contains("s5.mcap: expected a session file") &&
                           Catch::Contains("11 reports") && Catch::Contains("12 of 12 sessions"));
  run("qa" + sessions + " --jobs 1 --out " + one.string(), exit_run_time);
  std::size_t same = 0;
  for (const auto& file : std::filesystem::directory_iterator(many)) {
    CHECK(content(file.path()) == content(one / file.path().filename()));
    ++same;
  }
  CHECK(same == 22);
  CHECK_THAT(run("qa merge " + many.string() + " --out " + many.string(), exit_ok).said,
             Catch::Contains("11 of 11 files") && Catch::Contains("11 sessions"));
}

TEST_CASE("qa merge puts folders of reports together, and merges of them to the same bytes") {
  const TemporaryFolder folder;
  const auto at = [&](const char* name) { return (folder.path() / name).string(); };
  run("qa " + whole + " --out " + at("a"), exit_ok);
  run("qa " + cut + " --out " + at("b"), exit_ok);
  CHECK_THAT(run("qa merge " + at("a") + " " + at("b") + " --out " + at("ab"), exit_ok).said,
             Catch::Contains("2 sessions"));
  run("qa merge " + at("b") + " --out " + at("only_b"), exit_ok);
  run("qa merge " + at("only_b") + " " + at("a") + " " + at("ab") + " --out " + at("again"),
      exit_ok);
  for (const char* file : {"merged.json", "merged.html"}) {
    CHECK(content(folder.path() / "ab" / file) == content(folder.path() / "again" / file));
  }
  run("qa merge " + at("a") + " " + at("none") + " --out " + at("x"), exit_run_time);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "x"));
  run("qa merge --out " + at("x"), exit_usage);
  run("qa --out " + at("x"), exit_usage);
  run("qa " + whole, exit_usage);
}
