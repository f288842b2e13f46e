#include "engine/igtl/command_desk.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/engine/igtl/guidance_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

struct Desk {
  CommandReply run(const std::string& name, Attributes attributes = {}) const {
    return desk.run({name, std::move(attributes)}, newest ? &*newest : nullptr, silent);
  }
  StreamNames names = names_for_test();
  CommandDesk desk{names};
  std::optional<Guidance> newest = guidance_for_test();
  bool silent = false;
};

}  // namespace

TEST_CASE("the panel of PLUS finds a channel, a recorder and a version") {
  const Desk desk;
  CHECK(desk.run("RequestChannelIds").text == "TrocarStream");
  CHECK(desk.run("RequestDeviceIds").text == "TrocarTracker,TrocarRecorder");
  CHECK(desk.run("RequestDeviceIds", {{"DeviceType", "VirtualCapture"}}).text == "TrocarRecorder");
  CHECK(desk.run("RequestDeviceIds", {{"DeviceType", "VirtualVolumeReconstructor"}}).text.empty());
  CHECK(desk.run("Version").text.find("trocar ") == 0);
  CHECK(desk.run("Version").success);
}

TEST_CASE("what trocar does not do is said, and nothing is done") {
  const Desk desk;
  for (const char* name : {"StartRecording", "StopRecording", "SaveConfig", "Format"}) {
    const auto reply = desk.run(name, {{"OutputFilename", "/etc/passwd"}});
    CHECK_FALSE(reply.success);
    CHECK_FALSE(reply.text.empty());
  }
  CHECK(desk.run("Format").text.find("GetTransform") != std::string::npos);
}

TEST_CASE("H8: GetTransform gives the pose in RAS, row by row, with its bound and sequence") {
  const Desk desk;
  const auto reply = desk.run("GetTransform", {{"TransformName", "NeedleToRas"}});
  REQUIRE(reply.success);
  CHECK(reply.text ==
        "-1.000000 0.000000 0.000000 -1.000000 0.000000 -1.000000 0.000000 -2.000000 "
        "0.000000 0.000000 1.000000 3.000000 0.000000 0.000000 0.000000 1.000000");
  const RemoteCommand said{"", reply.attributes};
  CHECK(said.attribute("TransformError") == "0.50");
  CHECK(said.attribute("Sequence") == "7");
}

TEST_CASE("H1: GetTransform gives a reason where there is no pose, never the last one") {
  Desk desk;
  const auto why = [&](const char* name) {
    const auto reply = desk.run("GetTransform", {{"TransformName", name}});
    CHECK_FALSE(reply.success);
    return reply.text;
  };
  CHECK(why("ProbeToRas") == "ProbeToRas is withheld: tool_not_visible");
  CHECK(why("Needle") ==
        "expected TransformName to be one of NeedleToRas ProbeToRas, found 'Needle'");
  desk.silent = true;
  CHECK(why("NeedleToRas") == "NeedleToRas is withheld: too_old");
  desk.silent = false;
  std::get<ToolPose>(desk.newest->tools[0].pose).tip_bound_95_mm =
      std::numeric_limits<double>::quiet_NaN();
  CHECK(why("NeedleToRas") == "NeedleToRas is withheld: not_finite");
  desk.newest.reset();
  CHECK(why("NeedleToRas") == "NeedleToRas is withheld: no_data");
}
