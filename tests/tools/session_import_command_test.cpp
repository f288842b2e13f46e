#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/tools/operating_room.hpp"
#include "tests/tools/ran_program.hpp"
#include "tools/trocar/exit_code.hpp"

// trocar session import, and what replay --with makes of a session: as a person runs them.
using namespace trocar;

namespace {

Ran run(const std::string& arguments, int expected) {
  Ran ran = trocar_with(arguments);
  INFO(arguments << "\n" << ran.said);
  CHECK(ran.exit_code == expected);
  return ran;
}

// The room, and a sequence in it: the needle 150 mm from the reference, in 20 frames of 20 ms, each
// with an image of two pixels.
class Desk {
 public:
  Desk() {
    std::string text =
        "ObjectType = Image\nDimSize = 2 1 20\nElementType = MET_UCHAR\nElementSpacing = 1 1 1\n";
    for (int i = 0; i < 20; ++i) {
      const auto field = [&](const char* name, const std::string& value) {
        text += fmt::format("Seq_Frame{:04}_{} = {}\n", i, name, value);
      };
      field("ReferenceToTrackerTransform", "1 0 0 100 0 1 0 -20 0 0 1 -1500 0 0 0 1");
      field("StylusToTrackerTransform", "1 0 0 250 0 1 0 -20 0 0 1 -1500 0 0 0 1");
      field("Timestamp", fmt::format("{}", 3 + 0.02 * i));
    }
    text += "ElementDataFile = LOCAL\n";
    room_.write("s.igs.mha", text + std::string(40, '\x07'));
  }
  // With the run's first `what` replaced.
  void write_run(const std::string& name, const std::string& what, const std::string& by) const {
    room_.write(name, replaced(room_.read("run.toml"), what, by));
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return room_.file(name).string();
  }
  [[nodiscard]] std::string import(const std::string& sequence, const std::string& out,
                                   const std::string& more = "") const {
    return "session import " + path(sequence) + " --config " + path("run.toml") + " --out " +
           path(out) + " --tool Stylus=Needle " + more;
  }
  [[nodiscard]] const OperatingRoom& room() const { return room_; }

 private:
  OperatingRoom room_;
};

const Desk& desk() {
  static const Desk d;
  return d;
}

// The session of the sequence, imported once.
std::string session() {
  const std::string file = desk().path("imported.mcap");
  if (!std::filesystem::exists(file)) run(desk().import("s.igs.mha", "imported.mcap"), exit_ok);
  return file;
}

}  // namespace

TEST_CASE("session import tells what it took, and session info finds it") {
  const auto j =
      nlohmann::json::parse(run(desk().import("s.igs.mha", "json.mcap", "--json"), exit_ok).said);
  CHECK(j["frames"] == 20);
  CHECK(j["images"] == 20);
  CHECK_FALSE(j.contains("relative_to"));
  const auto info =
      nlohmann::json::parse(run("session info --json " + desk().path("json.mcap"), exit_ok).said);
  CHECK(info["channels"]["/tracker_frame"] == 20);
  CHECK(info["channels"]["/image"] == 20);
  CHECK_THAT(run("replay --verify " + desk().path("json.mcap"), exit_ok).said,
             Catch::Contains("0 differ"));
  const auto poses = nlohmann::json::parse(
      run(desk().import("s.igs.mha", "poses.mcap", "--json --no-images"), exit_ok).said);
  CHECK(poses["images"] == 0);
}

TEST_CASE("session import takes a time bound that is a number within its limits, and no other") {
  for (const char* wrong : {"nan", "inf", "0x10", "+4", "0.09", "51", ""}) {
    INFO(wrong);
    const std::string option = "--time-bound-ms '" + std::string(wrong) + "'";
    const Ran ran = run(desk().import("s.igs.mha", "bound.mcap", option), exit_usage);
    CHECK_THAT(ran.said, Catch::Contains("--time-bound-ms"));
    CHECK_FALSE(std::filesystem::exists(desk().path("bound.mcap")));
  }
  run(desk().import("s.igs.mha", "bound.mcap", "--time-bound-ms 0.1"), exit_ok);
}

TEST_CASE("session import of pixels that break off is one line, exit code 1, and no file") {
  const std::string text = desk().room().read("s.igs.mha");
  desk().room().write("cut.igs.mha", text.substr(0, text.size() - 1));
  const Ran ran = run(desk().import("cut.igs.mha", "cut.mcap"), exit_run_time);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK_THAT(ran.said, Catch::Contains("expected 40 bytes of pixels, found 39") &&
                           Catch::Contains("--no-images imports the poses alone"));
  CHECK_FALSE(std::filesystem::exists(desk().path("cut.mcap")));
  run(desk().import("cut.igs.mha", "cut.mcap", "--no-images"), exit_ok);
}

TEST_CASE("session import says when poses were relative to the reference") {
  std::string text = desk().room().read("s.igs.mha");
  for (const auto& [from, to] : {std::pair("ReferenceToTracker", "ReferenceToRas"),
                                 std::pair("StylusToTracker", "StylusToReference")}) {
    for (std::size_t at = 0; (at = text.find(from)) != std::string::npos;) {
      text.replace(at, std::string(from).size(), to);
    }
  }
  desk().room().write("relative.igs.mha", text);
  const Ran ran = run(desk().import("relative.igs.mha", "relative.mcap"), exit_ok);
  CHECK_THAT(ran.said, Catch::Contains("poses are relative to Reference: ") &&
                           Catch::Contains("at 1750 mm") &&
                           Catch::Contains("no tool takes ReferenceToRas"));
  const auto j = nlohmann::json::parse(
      run(desk().import("relative.igs.mha", "relative2.mcap", "--json"), exit_ok).said);
  CHECK(j["relative_to"] == "Reference");
  CHECK(j["reference_distance_mm"] == 1750);
}

TEST_CASE("replay --with the configuration a session was made with changes nothing") {
  const std::string with = session() + " --with " + desk().path("run.toml");
  CHECK_THAT(run("replay " + with, exit_ok).said, Catch::Contains(" 0 differ") &&
                                                      !Catch::Contains("first difference") &&
                                                      !Catch::Contains(" times, "));
  const auto j = nlohmann::json::parse(run("replay --json " + with, exit_ok).said);
  CHECK(j["differences"] == 0);
  CHECK_FALSE(j.contains("changed"));
}

TEST_CASE("replay --with another limit names and counts every field that it changes") {
  desk().write_run("near.toml", "max_reference_distance_mm = 600",
                   "max_reference_distance_mm = 149");
  const std::string with = session() + " --with " + desk().path("near.toml");
  const auto j = nlohmann::json::parse(run("replay --json " + with, exit_ok).said);
  CHECK(j["differences"] > 0);
  REQUIRE(j["changed"].size() > 0);
  const auto& field = j["changed"][0];
  CHECK(field["field"] == "tools[0].pose_withheld");
  CHECK(field["times"] == 20);
  CHECK_THAT(field["first"].get<std::string>(),
             Catch::EndsWith("tools[0].pose_withheld: tip_not_checked -> implausible"));
  const Ran ran = run("replay " + with, exit_ok);
  CHECK_THAT(ran.said, Catch::Contains("20 times, first in sequence ") &&
                           Catch::Contains("tip_not_checked -> implausible") &&
                           Catch::Contains("first difference: sequence "));
  run("replay --verify " + with, exit_check_failed);
}

TEST_CASE("replay --with a configuration of other tools is refused in one line") {
  std::string other = desk().room().read("run.toml");
  for (std::size_t at = 0; (at = other.find("\"Needle\"")) != std::string::npos;) {
    other.replace(at, 8, "\"Awl\"");
  }
  desk().room().write("awl.toml", other);
  const Ran ran = run("replay " + session() + " --with " + desk().path("awl.toml"), exit_run_time);
  CHECK(std::count(ran.said.begin(), ran.said.end(), '\n') == 1);
  CHECK_THAT(ran.said, Catch::Contains("awl.toml: expected the session's tools in its order"));
  run("replay " + session() + " --with " + desk().path("nowhere.toml"), exit_configuration);
}
