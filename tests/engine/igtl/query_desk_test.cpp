#include "engine/igtl/query_desk.hpp"

#include <catch2/catch.hpp>

#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/engine/igtl/scene_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;

namespace {

struct Desk {
  Answer ask(const std::string& type, const std::string& device = "", igtl::Body body = Other{},
             std::uint16_t version = 2) const {
    Message m;
    m.header = {version, type, device, 0, 0, 0};
    m.id = 77;
    m.body = std::move(body);
    return desk.answer(m, version, {&newest, false, 5});
  }
  // Everything the answer says, decoded.
  std::vector<Message> said(const std::string& type, const std::string& device = "",
                            igtl::Body body = Other{}) const {
    Buffer all;
    for (const auto& m : ask(type, device, std::move(body)).messages) {
      all.insert(all.end(), m->begin(), m->end());
    }
    return decode_all(all);
  }
  Message one(const std::string& type, const std::string& device = "",
              igtl::Body body = Other{}) const {
    const auto all = said(type, device, std::move(body));
    REQUIRE(all.size() == 1);
    return all[0];
  }

  StreamScene scene = scene_for_test();
  SceneMessages messages{scene, WallClock{}};
  QueryDesk desk{scene, messages};
  Guidance newest = guidance_for_test();
};

std::string why_not(const Message& m) {
  CHECK(m.header.device == "TrocarAnswer");
  CHECK(std::get<StatusBody>(m.body).code == 4);
  return std::get<StatusBody>(m.body).message;
}

}  // namespace

TEST_CASE("a structure is sent by its name, all of them without one") {
  const Desk desk;
  CHECK(desk.one("GET_POLYDATA", "Dura").header.device == "Dura");
  CHECK(desk.said("GET_POLYDATA").size() == 2);
  CHECK(why_not(desk.one("GET_POLYDATA", "Cord")) ==
        "GET_POLYDATA of 'Cord': expected Tumour, Dura");
  CHECK(desk.ask("GET_POLYDATA", "NeedleClosest").tools);
}

TEST_CASE("points are sent by their list, all of them without a name") {
  const Desk desk;
  CHECK(std::get<PointBody>(desk.one("GET_POINT", "Targets").body).elements.size() == 1);
  CHECK(desk.said("GET_POINT").size() == 2);
  CHECK(why_not(desk.one("GET_POINT", "x")) == "GET_POINT of 'x': expected Fiducials, Targets");
}

TEST_CASE("the CT is fetched by its name or none, and no other name is one") {
  const Desk desk;
  for (const char* name : {"CT", ""}) {
    const Answer a = desk.ask("GET_IMAGE", name);
    REQUIRE(a.volume != nullptr);
    CHECK(a.volume->device == "CT");
  }
  CHECK(desk.ask("GET_IMAGE", "Labels").volume->device == "Labels");
  CHECK(why_not(desk.one("GET_IMAGE", "../etc/passwd")).find("expected CT, Labels") !=
        std::string::npos);
}

TEST_CASE("what there is can be asked for: status, guidance, images, labels, capability") {
  const Desk desk;
  CHECK(desk.ask("GET_STATUS").heartbeat);
  CHECK(desk.ask("GET_TRANS").tools);
  CHECK(desk.one("GET_IMGMETA").header.type == "IMGMETA");
  CHECK(desk.one("GET_LBMETA").header.type == "LBMETA");
  CHECK(desk.one("GET_CAPABIL").header.type == "CAPABILITY");
  CHECK(why_not(desk.one("GET_COFFEE")).find("expected CAPABIL, IMAGE") != std::string::npos);
}

TEST_CASE("tracking data begins at the asked resolution and is confirmed to the asker's name") {
  const Desk desk;
  const StartBody every_50{50, "Ras"};
  const Answer a = desk.ask("STT_TDATA", "TrackerX", every_50);
  CHECK(a.start_tracking);
  CHECK(a.resolution == std::chrono::milliseconds(50));
  const Message m = desk.one("STT_TDATA", "TrackerX", every_50);
  CHECK(m.header.type == "RTS_TDATA");
  CHECK(m.header.device == "TrackerX");
  CHECK(std::get<ReplyBody>(m.body).status == 0);
  CHECK(desk.ask("STT_TDATA").resolution == Duration(0));
  CHECK(desk.ask("STP_TDATA").stop_tracking);
}

TEST_CASE("H8: tracking data in a frame we do not speak is refused, not sent in another") {
  const Desk desk;
  for (const StartBody& wrong : {StartBody{50, "Reference"}, StartBody{-1, ""}}) {
    CHECK_FALSE(desk.ask("STT_TDATA", "T", wrong).start_tracking);
    CHECK(std::get<ReplyBody>(desk.one("STT_TDATA", "T", wrong).body).status == 1);
  }
}

TEST_CASE("a command is answered with its id and name, in XML and in metadata") {
  const Desk desk;
  const Message m =
      desk.one("COMMAND", "command",
               CommandBody{9, "StartRecording", us_ascii, "<Command Name=\"StartRecording\"/>"});
  CHECK(m.header.type == "RTS_COMMAND");
  CHECK(m.id == 77);
  const auto& body = std::get<CommandBody>(m.body);
  CHECK(body.id == 9);
  CHECK(body.name == "StartRecording");
  CHECK(body.text.find("<CommandReply Name=\"StartRecording\" Status=\"FAIL\" Error=\"") == 0);
  CHECK(*m.find("Status") == "FAIL");
  CHECK(m.find("Error") != nullptr);
}

TEST_CASE("a malformed command gets an answer too") {
  const Desk desk;
  const Message m = desk.one("COMMAND", "c", CommandBody{9, "X", us_ascii, "<Command"});
  CHECK(std::get<CommandBody>(m.body).text.find("Status=\"FAIL\"") != std::string::npos);
}

TEST_CASE("a command as a string is acknowledged under its number") {
  const Desk desk;
  const Message m =
      desk.one("STRING", "CMD_12", StringBody{us_ascii, "<Command Name=\"Version\"/>"});
  CHECK(m.header.device == "ACK_12");
  CHECK(std::get<StringBody>(m.body).text.find("Status=\"SUCCESS\"") != std::string::npos);
}

TEST_CASE("H24: poses, texts and replies that nobody asked for are not taken; a greeting is") {
  const Desk desk;
  for (const char* type : {"TRANSFORM", "STRING", "RTS_COMMAND", "IMAGE", "NONSENSE"}) {
    const Answer a = desk.ask(type, "NeedleToRas");
    CHECK_FALSE(a.taken);
    CHECK(a.messages.empty());
  }
  CHECK(desk.ask("STATUS").taken);
}
