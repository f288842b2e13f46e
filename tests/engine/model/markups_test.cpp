#include "engine/model/markups.hpp"

#include <catch2/catch.hpp>

#include "ct_files.hpp"

using namespace trocar;
using namespace trocar::test;

namespace {

std::string point(const std::string& label, const std::string& position,
                  const std::string& status = "defined") {
  return R"({"id":"1","label":")" + label + R"(","position":)" + position +
         R"(,"positionStatus":")" + status + R"("})";
}

std::string markup(const std::string& system, const std::string& points,
                   const std::string& more = "") {
  return R"({"@schema":"https://x/markups-schema-v1.0.3.json#","markups":[{"type":"Fiducial",)" +
         (system.empty() ? "" : "\"coordinateSystem\":" + system + ",") + more +
         "\"controlPoints\":[" + points + "]}]}";
}

std::string refusal(const std::string& text) {
  const TempFolder folder;
  write_file(folder / "f.mrk.json", text);
  const auto markups = read_markups(folder / "f.mrk.json");
  if (markups) return "accepted";
  CHECK(markups.error().detail.find('\n') == std::string::npos);
  CHECK(markups.error().detail.find("f.mrk.json: ") != std::string::npos);
  return markups.error().detail;
}

bool says(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

const std::string one_two_three = point("F-1", "[1, 2, 3]");

}  // namespace

TEST_CASE("H8: markups are read into LPS from the coordinate system they state") {
  for (const auto& [system, sign] : std::vector<std::pair<std::string, double>>{
           {"\"LPS\"", 1}, {"\"RAS\"", -1}, {"1", 1}, {"0", -1}, {"\"1\"", 1}, {"\"0\"", -1}}) {
    INFO(system);
    const TempFolder folder;
    write_file(folder / "f.mrk.json", markup(system, one_two_three));
    const auto read = read_markups(folder / "f.mrk.json");
    REQUIRE(read);
    REQUIRE(read.value().points.size() == 1);
    CHECK(read.value().points[0].label == "F-1");
    CHECK(read.value().points[0].position.mm == Eigen::Vector3d(sign * 1, sign * 2, 3));
  }
}

TEST_CASE("a markup without or with another coordinate system is refused") {
  says(refusal(markup("", one_two_three)), "expected coordinateSystem");
  says(refusal(markup("\"IJK\"", one_two_three)), "found \"IJK\"");
  says(refusal(markup("2", one_two_three)), "found 2");
}

TEST_CASE("only points with a defined position count") {
  const TempFolder folder;
  write_file(folder / "f.mrk.json",
             markup("\"LPS\"", one_two_three + "," + point("F-2", "[0, 0, 0]", "undefined") + "," +
                                   point("F-3", "[0, 0, 0]", "preview") + "," +
                                   point("F-4", "[7, 8, 9]")));
  const auto read = read_markups(folder / "f.mrk.json");
  REQUIRE(read);
  REQUIRE(read.value().points.size() == 2);
  CHECK(read.value().points[1].label == "F-4");
}

TEST_CASE("points that cannot be told apart or placed are refused") {
  says(refusal(markup("\"LPS\"", one_two_three + "," + one_two_three)),
       "one point 'F-1', found two");
  says(refusal(markup("\"LPS\"", point("", "[1, 2, 3]"))), "expected a label");
  says(refusal(markup("\"LPS\"", point("A", "[1, 2]"))), "expected 3 numbers");
  says(refusal(markup("\"LPS\"", point("A", "[1, 2, \"3\"]"))), "expected 3 numbers");
  says(refusal(markup("\"LPS\"", point("A", "null"))), "expected 3 numbers");
  says(refusal(markup("\"LPS\"", point("A", "[1, 2, 1e300]"))), "expected 'A' within 3000 mm");
}

TEST_CASE("H17: another unit than mm is refused") {
  says(refusal(markup("\"LPS\"", one_two_three, "\"coordinateUnits\":\"m\",")),
       "expected coordinateUnits \"mm\", found \"m\"");
  CHECK(refusal(markup("\"LPS\"", one_two_three, "\"coordinateUnits\":\"mm\",")) == "accepted");
}

TEST_CASE("what is no markups file is refused, cut anywhere") {
  const std::string whole = markup("\"LPS\"", one_two_three);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    CHECK(refusal(whole.substr(0, cut)) != "accepted");
  }
  says(refusal("[]"), "expected JSON");
  says(refusal(R"({"markups":[]})"), "expected one markup");
  says(refusal(R"({"markups":[7]})"), "expected a markup object");
  CHECK_FALSE(read_markups("/absent.mrk.json"));
  std::string many;
  for (int k = 0; k < 65; ++k) many += (k ? "," : "") + point("F" + std::to_string(k), "[1,2,3]");
  says(refusal(markup("\"LPS\"", many)), "at most 64 points, found 65");
}
