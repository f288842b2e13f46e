#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/tools/temporary_folder.hpp"
#include "tools/qa/merge.hpp"
#include "tools/qa/merge_page.hpp"
#include "tools/qa/report_json.hpp"

// Reports put together: in any order, through any number of merges, the same bytes.
using namespace trocar;
using qa::Merge;
using qa::NotComputable;
using qa::Report;

namespace {

Report report_of(int n) {
  Report r;
  r.session = "s" + std::to_string(100 + n) + ".mcap";
  r.chain = "ab" + std::to_string(1000 + n);
  r.plan = "plan";
  r.utc_at_start_ns = 1'790'000'000'000'000'000 + 3'600'000'000'000 * std::int64_t{n};
  r.duration_s = 100.1 + n;
  r.whole = n % 7 != 3;
  r.registrations.add({1, true, 0.3 + 0.013 * (n % 5), 5, "", {}});
  r.fre_mm = 0.3 + 0.013 * (n % 5);
  r.references.push_back({"reference", {}});
  r.references[0].tracked.uptime = 0.9 + 0.01 * (n % 3);
  qa::OfTool needle;
  needle.name = "needle";
  needle.shown.uptime = n == 11 ? 0.31 : 0.97 + 0.001 * (n % 4);
  if (n % 6 != 0) needle.shown.jitter = qa::Jitter{0.1 / (3 + n % 3), 17};
  qa::OfStructure tumour;
  tumour.id = "tumour";
  tumour.nearest = qa::Nearest{4.0 / (1 + n), 0.9, 0.4, 7};
  tumour.is_target = true;
  tumour.inside_s = 0.5 * n;
  needle.structures.push_back(tumour);
  qa::OfStructure dura;
  dura.id = "dura";
  dura.least_clearance = qa::Clearance{2.0 + n % 3, 0.9, 12, 7};
  if (n == 4) dura.inside.add({1, 0.5, 0.2});
  needle.structures.push_back(dura);
  r.tools.push_back(needle);
  return r;
}

std::string text_of(int n) { return qa::json_of(report_of(n)).dump(1); }

std::string merged(const std::vector<std::string>& texts) {
  Merge merge;
  for (const std::string& text : texts) REQUIRE(merge.add_text(text));
  return merge.json().dump(1);
}

std::vector<std::string> texts_of(int from, int to) {
  std::vector<std::string> all;
  for (int n = from; n < to; ++n) all.push_back(text_of(n));
  return all;
}

nlohmann::ordered_json chart_of(const nlohmann::ordered_json& merge, const std::string& measure) {
  for (const auto& chart : merge["charts"]) {
    if (chart["measure"] == measure) return chart;
  }
  FAIL("no chart of " + measure);
  return {};
}

std::string refusal(const std::string& text) {
  Merge merge;
  const Status added = merge.add_text(text);
  REQUIRE_FALSE(added);
  return added.error().detail;
}

}  // namespace

TEST_CASE("a merge of merges is the merge of all, byte for byte, in any order") {
  const std::string all = merged(texts_of(0, 24));
  CHECK(merged({merged(texts_of(0, 9)), merged(texts_of(9, 24))}) == all);
  CHECK(merged({merged({merged(texts_of(5, 24)), text_of(3)}), merged(texts_of(0, 12))}) == all);
  std::vector<std::string> shuffled = texts_of(0, 24);
  std::mt19937 random(5);
  for (int round = 0; round < 10; ++round) {
    std::ranges::shuffle(shuffled, random);
    CHECK(merged(shuffled) == all);
  }
  CHECK(merged({all}) == all);
  CHECK(merged({all, all, text_of(2)}) == all);
}

TEST_CASE("the chart of a measure runs in time and names the session that is outside") {
  Merge merge;
  for (const std::string& text : texts_of(0, 24)) REQUIRE(merge.add_text(text));
  const auto j = merge.json();
  CHECK(j["sessions"].size() == 24);
  const auto uptime = chart_of(j, "needle/shown_uptime");
  CHECK(uptime["n"] == 24);
  CHECK(uptime["outside"].dump() == R"(["s111.mcap"])");
  CHECK(uptime["limits"]["provisional"] == false);
  const auto jitter = chart_of(j, "needle/shown_jitter_mm");
  CHECK(jitter["n"] == 20);
  CHECK(jitter["not_computable"] == 4);
  CHECK(chart_of(j, "reference/tracked_uptime")["n"] == 24);
  CHECK(chart_of(j, "needle/dura/least_clearance_mm")["n"] == 24);
  CHECK(chart_of(j, "needle/dura/breaches")["outside"].dump() == R"(["s104.mcap"])");
  CHECK(chart_of(j, "needle/tumour/in_target_s")["n"] == 24);
  const auto& measures = j["sessions"][0]["measures"];
  CHECK_FALSE(measures.contains("needle/tumour/breaches"));
}

TEST_CASE("a copy of a session under another name counts once") {
  Report copy = report_of(4);
  copy.session = "a copy.mcap";
  const std::string text = qa::json_of(copy).dump();
  const std::string both = merged({text_of(4), text});
  CHECK(both == merged({text, text_of(4)}));
  CHECK(nlohmann::json::parse(both)["sessions"].size() == 1);
}

TEST_CASE("two reports of a session that differ are refused, and what is no report") {
  Report other = report_of(4);
  other.tools[0].shown.uptime = 0.5;
  Merge merge;
  REQUIRE(merge.add_text(text_of(4)));
  const Status added = merge.add_text(qa::json_of(other).dump());
  REQUIRE_FALSE(added);
  CHECK_THAT(added.error().detail, Catch::Contains("s104.mcap"));
  CHECK_THAT(refusal("not JSON"), Catch::Contains("no JSON object"));
  CHECK_THAT(refusal("{}"), Catch::Contains("no schema"));
  CHECK_THAT(refusal("[1]"), Catch::Contains("no JSON object"));
  CHECK_THAT(refusal(R"({"schema": 2})"), Catch::Contains("another schema"));
  CHECK_THAT(refusal(R"({"schema": 3})"), Catch::Contains("session"));
  CHECK_THAT(refusal(R"({"kind": "trocar qa merge", "schema": 9})"),
             Catch::Contains("another schema"));
  CHECK_THAT(refusal(R"({"kind": "trocar qa merge", "schema": 2})"),
             Catch::Contains("without sessions"));
}

TEST_CASE("every byte of a report cut off or changed is refused or read, and never a crash") {
  const std::string text = text_of(2);
  for (std::size_t i = 0; i < text.size(); i += 3) {
    Merge cut;
    CHECK_FALSE(cut.add_text(text.substr(0, i)));
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    Merge merge;
    if (merge.add_text(changed)) CHECK(merge.sessions().size() == 1);
  }
}

TEST_CASE("a folder is merged with every report and merge in it, and nothing else") {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "a.json") << text_of(1);
  std::ofstream(folder.path() / "b.json") << merged(texts_of(0, 6));
  std::ofstream(folder.path() / "c.html") << "<html>";
  CHECK(qa::is_merge_file(folder.path() / "b.json"));
  CHECK_FALSE(qa::is_merge_file(folder.path() / "a.json"));
  CHECK_FALSE(qa::is_merge_file(folder.path() / "none.json"));
  Merge merge;
  REQUIRE(merge.add_folder(folder.path()));
  CHECK(merge.json().dump(1) == merged(texts_of(0, 6)));
  std::ofstream(folder.path() / "d.json") << "{";
  Merge broken;
  const Status added = broken.add_folder(folder.path());
  REQUIRE_FALSE(added);
  CHECK_THAT(added.error().detail, Catch::Contains("d.json: expected a report"));
  CHECK_FALSE(broken.add_folder(folder.path() / "none"));
}

TEST_CASE("the page of a merge has its charts, loads nothing, and is the same each time") {
  Merge merge;
  for (const std::string& text : texts_of(0, 24)) REQUIRE(merge.add_text(text));
  Report evil = report_of(30);
  evil.session = "<script>x</script>";
  evil.tools[0].name = "'><img src=x>";
  REQUIRE(merge.add_text(qa::json_of(evil).dump()));
  const std::string page = qa::page_of(merge);
  CHECK(page == qa::page_of(merge));
  for (const char* bad : {"http", "url(", "<link", "<script", "@import", "<img"}) {
    INFO(bad);
    CHECK(page.find(bad) == std::string::npos);
  }
  CHECK(page.find("control chart of needle/shown_uptime") != std::string::npos);
  CHECK(page.find("1 outside") != std::string::npos);
}
