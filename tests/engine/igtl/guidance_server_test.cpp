#include "engine/igtl/guidance_server.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/server_stage.hpp"

using namespace trocar;
using namespace trocar::igtl;
using namespace trocar::test;
using std::chrono::milliseconds;
using Stage = ServerStage;

TEST_CASE("woken without guidance the server sends nothing") {
  Stage stage;
  stage.publish(5);
  const auto client = stage.connect();
  until(*client, line_with("sequence=5 "));
  for (int i = 0; i < 20; ++i) {
    stage.wake.notify();
    std::this_thread::sleep_for(milliseconds(1));
  }
  stage.publish(6);
  std::size_t again = 0;
  for (const Message& m : until(*client, line_with("sequence=6 "))) {
    if (line_with("sequence=5 ")(m)) ++again;
  }
  CHECK(again <= 1);  // the second needle's line of the first guidance may still be under way
}

TEST_CASE(
    "H13: a new client first gets the warnings and structures, then the heartbeat, then current "
    "guidance") {
  Stage stage;
  stage.publish(5);
  wait_for([&] { return stage.server->stats().ticks.value() == 1; });
  const auto client = stage.connect();
  const auto all = until(*client, line_with("sequence=5 tool=Probe"));
  REQUIRE(all.size() >= 6);
  CHECK(all[0].header.device == "TrocarWarnings");
  CHECK(std::get<StringBody>(all[0].body).text == "issue=slice_spacing_large text=2.01 mm");
  CHECK(all[1].header.device == "Tumour");
  CHECK(all[2].header.device == "Dura");
  CHECK(all[3].header.device == "Trocar");
  CHECK(all[4].header.device == "NeedleToRas");
  CHECK(all[0].header.version == 1);
}

TEST_CASE("a version 1 and a version 2 client side by side") {
  Stage stage;
  const auto old_client = stage.connect();
  const auto new_client = stage.connect();
  REQUIRE(new_client->send(make_hello(), patience));
  until(*new_client, [](const Message& m) { return m.header.version == 2; });
  stage.publish(9);
  const auto at_old = until(*old_client, line_with("sequence=9 tool=Probe"));
  const auto at_new = until(*new_client, line_with("sequence=9 tool=Probe"));
  for (const auto& m : at_old) CHECK(m.header.version == 1);
  CHECK(*find_message(at_new, "TRANSFORM", "NeedleToRas").find("Sequence") == "9");
  CHECK(find_message(at_old, "TRANSFORM", "NeedleToRas").metadata.empty());
}

TEST_CASE("the heartbeat comes even when nothing is new") {
  Stage stage;
  const auto client = stage.connect();
  int beats = 0;
  until(*client, [&](const Message& m) { return m.header.type == "STATUS" && ++beats == 3; });
}

TEST_CASE("H1: when the navigator falls silent the numbers are withheld, not repeated") {
  Stage stage;
  const auto client = stage.connect();
  stage.publish(1);
  until(*client, line_with("Tumour.tip_mm=9.95"));
  until(*client, line_with("withheld=too_old"));
  bool repeated = false;
  until(*client, [&](const Message& m) {
    repeated = repeated || line_with("Tumour.tip_mm=")(m);
    const auto* s = std::get_if<StatusBody>(&m.body);
    return s != nullptr && s->message.find("engine_silent") != std::string::npos;
  });
  CHECK_FALSE(repeated);
}

TEST_CASE("H1: silence is found when it is due, not at the next heartbeat, and every time anew") {
  ServerConfig config;
  config.silent_after = milliseconds(20);
  Stage stage(config);
  const auto client = stage.connect();
  const Timestamp began = stage.time.now();
  constexpr int rounds = 10;
  for (std::uint64_t i = 1; i <= rounds; ++i) {
    stage.publish(i);
    until(*client, [&](const Message& m) {
      return line_with("sequence=" + std::to_string(i) + " tool=Needle")(m) &&
             line_with("withheld=too_old")(m);
    });
  }
  // By the heartbeats alone each round would last one of them.
  CHECK(stage.time.now() - began < rounds * config.heartbeat / 2);
}

TEST_CASE("H1: a client that comes while the navigator is silent sees no number") {
  ServerConfig config;
  config.silent_after = std::chrono::seconds(1);
  Stage stage(config);
  const auto early = stage.connect();
  stage.publish(1);
  wait_for([&] { return stage.server->stats().ticks.value() == 1; });
  stage.time.advance(config.silent_after);  // and the server's own timer is not yet due
  const auto late = stage.connect();
  REQUIRE(late->send(make_hello(), patience));
  bool number = false;
  until(*late, [&](const Message& m) {
    number = number || line_with("Tumour.tip_mm=")(m);
    return m.header.version == 2 && line_with("tool=Needle")(m);
  });
  CHECK_FALSE(number);
  until(*early, line_with("withheld=too_old"));
}

TEST_CASE("a client that reads nothing delays no other, and is closed at the stall limit") {
  ServerConfig config;
  config.stall_limit = milliseconds(300);
  Stage stage(config, 200'000);  // surfaces larger than the kernel's buffers
  const auto stalled = stage.connect();
  const auto reader = stage.connect();
  until(*reader, of_type("STATUS"));
  for (std::uint64_t i = 1; i <= 50; ++i) {
    stage.publish(i);
    until(*reader, line_with("sequence=" + std::to_string(i) + " tool=Probe"));
  }
  wait_for([&] { return stage.server->stats().of(Refusal::stalled).value() == 1; });
  CHECK(stage.server->stats().clients == 1);
  stage.publish(51);
  until(*reader, line_with("sequence=51 tool=Probe"));
}

TEST_CASE("state changes all arrive, in order, however fast guidance comes") {
  Stage stage;
  const auto client = stage.connect();
  until(*client, of_type("STATUS"));
  for (int i = 0; i < 40; ++i) {
    stage.lines.push({Timestamp(), StateKind::alarm, "change " + std::to_string(i) + " "});
    stage.publish(static_cast<std::uint64_t>(i) + 1);
  }
  const auto all = until(*client, line_with("change 39 "));
  int next = 0;
  for (const auto& m : all) {
    if (m.header.device != "TrocarState") continue;
    CHECK(line_with("change " + std::to_string(next) + " ")(m));
    ++next;
  }
  CHECK(next == 40);
}

TEST_CASE("the server can be started again at once on the same port") {
  ServerConfig config;
  {
    Stage first;
    const auto client = first.connect();
    config.port = first.server->port();
    until(*client, of_type("STATUS"));
  }
  Stage second(config);
  CHECK(second.server->port() == config.port);
  const auto client = second.connect();
  until(*client, of_type("STATUS"));
}

TEST_CASE("a port that is taken and an address that is none are errors, not crashes") {
  Stage stage;
  ServerConfig config;
  config.port = stage.server->port();
  const ServerInputs inputs{stage.newest, stage.lines, stage.wake, stage.time, WallClock{}};
  const auto taken = GuidanceServer::start(config, {names_for_test(), {}}, inputs);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().code == Code::io);
  config.bind = "nowhere";
  const auto nowhere = GuidanceServer::start(config, {names_for_test(), {}}, inputs);
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == Code::config);
}

TEST_CASE("more clients than allowed are refused and counted, the others stay") {
  ServerConfig config;
  config.max_clients = 1;
  Stage stage(config);
  const auto first = stage.connect();
  until(*first, of_type("STATUS"));
  const auto second = stage.connect();
  wait_for([&] { return stage.server->stats().of(Refusal::too_many_clients).value() == 1; });
  until(*first, of_type("STATUS"));
}

TEST_CASE(
    "H24: a display that sends poses is not listened to, and hostile bytes end only its link") {
  Stage stage;
  const auto good = stage.connect();
  const auto poser = stage.connect();
  Buffer pose;
  append_transform(pose, {1, "NeedleToRas"}, std::array<float, 12>{});
  REQUIRE(poser->send(pose, patience));
  wait_for([&] { return stage.server->stats().of(Refusal::inbound_dropped).value() == 1; });
  const auto hostile = stage.connect();
  Buffer evil;
  append_query(evil, {2, "x"}, "STATUS");
  store_be(evil.data() + 42, ~std::uint64_t{0});
  REQUIRE(hostile->send(evil, patience));
  wait_for([&] { return stage.server->stats().of(Refusal::too_large).value() == 1; });
  stage.publish(3);
  until(*good, line_with("sequence=3"));
  until(*poser, line_with("sequence=3"));
}

TEST_CASE("GET_STATUS is answered") {
  ServerConfig config;
  Stage stage(config);
  const auto client = stage.connect();
  Buffer query;
  append_query(query, {2, "Trocar"}, "GET_STATUS");
  REQUIRE(client->send(query, patience));
  until(*client,
        [](const Message& m) { return m.header.type == "STATUS" && m.header.version == 2; });
}

TEST_CASE("H24: who is not on the list is not let in, and the log says so once") {
  ServerConfig config = Stage::patient();
  config.allow = {IpRange::parse("10.1.0.0/16").value()};
  Stage stage(config);
  for (int i = 0; i < 3; ++i) CHECK(stage.raw().ended());
  wait_for([&] { return stage.refused(Refusal::not_allowed) == 3; });
  CHECK(stage.server->stats().accepted.value() == 0);
  StateLine line;
  REQUIRE(stage.remarks.pop(line));
  CHECK(line.text.view() == "display client 127.0.0.1: not_allowed, 1 since the start");
  CHECK_FALSE(stage.remarks.pop(line));
}

TEST_CASE("tracking data comes when asked for, at its resolution, until it is stopped") {
  Stage stage;
  const auto client = stage.connect();
  Message ask;
  ask.header = {1, "STT_TDATA", "Tools", 0, 0, 0};
  ask.body = StartBody{100, ""};
  Buffer start;
  append_message(start, ask);
  REQUIRE(client->send(start, patience));
  until(*client, of_type("RTS_TDATA"));
  std::size_t tracking = 0;
  std::size_t poses = 0;
  for (std::uint64_t i = 1; i <= 50; ++i) {
    stage.publish(i);
    for (const Message& m : until(*client, line_with("sequence=" + std::to_string(i) + " "))) {
      tracking += m.header.type == "TDATA" ? 1 : 0;
      poses += m.header.device == "NeedleToRas" ? 1 : 0;
    }
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(poses >= 45);
  CHECK(tracking >= 3);
  CHECK(tracking <= 12);
  Buffer stop;
  append_query(stop, {1, "Tools"}, "STP_TDATA");
  REQUIRE(client->send(stop, patience));
  until(*client, of_type("RTS_TDATA"));
  stage.publish(100);
  for (const Message& m : until(*client, line_with("sequence=100 tool=Probe"))) {
    CHECK(m.header.type != "TDATA");
  }
}

TEST_CASE("the CT is sent whole to who asks for it, while the others' guidance goes on") {
  StreamScene scene = scene_for_test();
  scene.volumes[0].size = {256, 256, 100};
  scene.volumes[0].load = [] { return Result(std::vector<std::byte>(256UL * 256 * 100 * 2)); };
  Stage stage(Stage::patient(), scene);
  const auto asker = stage.connect();
  const auto other = stage.connect();
  Buffer ask;
  append_query(ask, {1, "CT"}, "GET_IMAGE");
  REQUIRE(asker->send(ask, patience));
  for (std::uint64_t i = 1; i <= 20; ++i) {
    stage.publish(i);
    until(*other, line_with("sequence=" + std::to_string(i) + " tool=Probe"));
  }
  const auto all = until(*asker, of_type("IMAGE"));
  CHECK(std::get<ImageBody>(find_message(all, "IMAGE", "CT").body).pixels.size() ==
        256UL * 256 * 100 * 2);
  REQUIRE(asker->send(ask, patience));  // and again
  until(*asker, of_type("IMAGE"));
}

TEST_CASE("a CT that cannot be read is said, not silence") {
  StreamScene scene = scene_for_test();
  scene.volumes[0].load = [] {
    return Result<std::vector<std::byte>>(Error{Code::io, "the disk is gone"});
  };
  Stage stage(Stage::patient(), scene);
  const auto client = stage.connect();
  Buffer ask;
  append_query(ask, {1, "CT"}, "GET_IMAGE");
  REQUIRE(client->send(ask, patience));
  until(*client, [](const Message& m) {
    const auto* s = std::get_if<StatusBody>(&m.body);
    return s != nullptr && m.header.device == "TrocarAnswer" && s->message == "the disk is gone";
  });
}

TEST_CASE("the server shows who is there and how the stream is") {
  Stage stage;
  const auto client = stage.connect();
  REQUIRE(client->send(make_hello(), patience));
  stage.publish(4);
  StreamView seen;
  wait_for([&] {
    if (const StreamView* view = stage.view.take()) seen = *view;
    return !seen.clients.empty() && seen.clients[0].version == 2;
  });
  CHECK(seen.clients[0].peer == "127.0.0.1");
  CHECK(seen.clients[0].pace_ms == 5);
  CHECK(seen.heartbeat.find("state=ready") == 0);
}

TEST_CASE("images go to who asked for them, and to nobody else") {
  Stage stage;
  ImageFrame frame;
  frame.device = std::string_view("US");
  frame.size = {64, 64, 1};
  frame.pixels = std::make_shared<const std::vector<std::byte>>(64UL * 64);
  const auto asker = stage.connect();
  const auto other = stage.connect();
  Buffer ask;
  append_query(ask, {2, ""}, "STT_IMAGE");
  append_query(ask, {2, ""}, "GET_STATUS");
  REQUIRE(asker->send(ask, patience));
  until(*asker, [](const Message& m) { return m.header.version == 2; });
  for (std::uint64_t i = 1; i <= 3; ++i) {
    stage.images.publish(frame);
    stage.publish(i);
    until(*asker, of_type("IMAGE"));
  }
  for (const Message& m : until(*other, line_with("sequence=3 tool=Probe"))) {
    CHECK(m.header.type != "IMAGE");
  }
}
