#include "tools/trocar/register_job.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/base/config_reader.hpp"
#include "tests/tools/temporary_folder.hpp"

using namespace trocar;

namespace {

std::filesystem::path written(const TemporaryFolder& folder, const std::string& name,
                              const std::string& text) {
  std::ofstream(folder.path() / name) << text;
  return folder.path() / name;
}

}  // namespace

TEST_CASE("a start pose is read row by row") {
  const TemporaryFolder folder;
  const auto pose = read_start_pose(
      written(folder, "pose.toml",
              "preop_from_intraop = [0, -1, 0, 5,  1, 0, 0, 6,  0, 0, 1, 7,  0, 0, 0, 1]\n"));
  const Point<Preop> p = pose * Point<Intraop>{{1, 2, 3}};
  CHECK((p.mm - Eigen::Vector3d(3, 7, 10)).norm() < 1e-12);
}

TEST_CASE("a mirrored or stretched start pose and a misspelt key are refused") {
  const TemporaryFolder folder;
  for (const char* text :
       {"preop_from_intraop = [-1, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  0, 0, 0, 1]\n",
        "preop_from_intraop = [2, 0, 0, 0,  0, 2, 0, 0,  0, 0, 2, 0,  0, 0, 0, 1]\n",
        "preop_from_intraop = [1, 0, 0, 0,  0, 1, 0, 0,  0, 0, 1, 0,  0, 0, 0, 2]\n",
        "preop_from_intraop = [1, 0, 0]\n", "pose = [1]\n"}) {
    INFO(text);
    CHECK_THROWS_AS(read_start_pose(written(folder, "pose.toml", text)), ConfigError);
  }
}

TEST_CASE("a batch is a list of jobs, its paths from its own folder") {
  const TemporaryFolder folder;
  for (const char* name : {"a.nrrd", "b.nrrd", "l.nrrd"}) written(folder, name, "x");
  const auto jobs =
      read_register_batch(written(folder, "batch.toml",
                                  "[[job]]\npreop = \"a.nrrd\"\nintraop = \"b.nrrd\"\nlabels = "
                                  "\"l.nrrd\"\nvertebrae = [\"L1\", \"32\"]\n"));
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].intraop.filename() == "b.nrrd");
  CHECK(jobs[0].vertebrae == std::vector<std::string>{"L1", "32"});
  CHECK_FALSE(jobs[0].start);
}

TEST_CASE("a job of a batch that names no vertebra is refused: it would be a success of nothing") {
  const TemporaryFolder folder;
  for (const char* name : {"a.nrrd", "b.nrrd", "l.nrrd"}) written(folder, name, "x");
  CHECK_THROWS_WITH(
      read_register_batch(written(folder, "batch.toml",
                                  "[[job]]\npreop = \"a.nrrd\"\nintraop = \"b.nrrd\"\nlabels = "
                                  "\"l.nrrd\"\nvertebrae = []\n")),
      Catch::Contains("batch.toml:5") && Catch::Contains("expected at least one vertebra"));
}

TEST_CASE("a job of a batch whose files are not there leaves the other jobs in the list") {
  const TemporaryFolder folder;
  const auto jobs = read_register_batch(
      written(folder, "batch.toml",
              "[[job]]\npreop = \"a\"\nintraop = \"b\"\nlabels = \"l\"\nvertebrae = [\"L1\"]\n"
              "[[job]]\npreop = \"a\"\nintraop = \"c\"\nlabels = \"l\"\nvertebrae = [\"L1\"]\n"));
  REQUIRE(jobs.size() == 2);
  CHECK_THROWS_WITH(run_register_job(jobs[0], {}, {}, {}), Catch::Contains("found nothing"));
}

TEST_CASE("a vertebra named twice is refused") {
  const TemporaryFolder folder;
  const auto file = written(folder, "a.nrrd", "x");
  CHECK_THROWS_WITH(run_register_job({file, file, file, {"L1", "31"}, {}}, {}, {}),
                    Catch::Contains("each once"));
}

TEST_CASE("a job whose files cannot be read, or that names no level, ends in one line") {
  const TemporaryFolder folder;
  const auto file = written(folder, "a.nrrd", "not a volume");
  CHECK_THROWS_AS(run_register_job({file, file, file, {"L1"}, {}}, {}, {}), ConfigError);
  CHECK_THROWS_AS(run_register_job({file, file, file, {"hip"}, {}}, {}, {}), ConfigError);
}

TEST_CASE("the report states direction, unit and verdict of each pose") {
  RegisterReport report{{"p", "i", "l", {"L1"}, {}}, "file", {}, {12.5}, 1, 2, {}};
  Eigen::Isometry3d m = Eigen::Isometry3d::Identity();
  m.translation() = Eigen::Vector3d(1, 2, 3);
  CtRegistration v{31, Transform<Preop, Intraop>::declare(m), {}};  // CLAIM: a pose to print
  v.refused = CtRefusal::ambiguous;
  v.reason = "too alike";
  v.other_level = Rival{32, {0.01, 0.5}};
  v.mirror_image = Margin{0.25, 7};
  report.vertebrae.push_back(v);
  CHECK_FALSE(report.accepted());
  const auto json = to_json(report);
  const auto& one = json["vertebrae"][0];
  CHECK(one["name"] == "L1");
  CHECK(one["verdict"] == "refused");
  CHECK(one["refused_because"] == "ambiguous");
  CHECK(one["margin_to_other_level"]["name"] == "T12");
  CHECK(one["margin_to_other_place"].is_null());
  CHECK(one["margin_to_mirror_image"]["score"] == 0.25);
  CHECK(one["preop_from_intraop"][0][3] == 1.0);
  CHECK(one["intraop_from_preop"][0][3] == -1.0);
  CHECK(to_text(report).find("L1   REFUSED") != std::string::npos);
}
