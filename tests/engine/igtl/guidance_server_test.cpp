#include "engine/igtl/guidance_server.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "engine/igtl/client.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/guidance_for_test.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"

using namespace trocar;
using namespace trocar::igtl;
using std::chrono::milliseconds;

namespace {

constexpr Duration patience = std::chrono::seconds(20);

// Live session time that a test may put forward.
class SessionTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override { return steady_.now() + ahead_.load(); }
  void advance(Duration d) { ahead_ = ahead_.load() + d; }

 private:
  SteadyTime steady_;
  std::atomic<Duration> ahead_{Duration(0)};
};

// A server with one navigator (the test) behind it.
struct Stage {
  // Silence is the subject of two tests; in the others a busy machine must not look like it.
  static ServerConfig patient() {
    ServerConfig config;
    config.silent_after = std::chrono::seconds(1);
    return config;
  }
  explicit Stage(ServerConfig config = patient(), std::size_t triangles = 1) {
    config.port = config.port == 18944 ? 0 : config.port;
    auto mesh = std::make_shared<TriangleMesh>();
    mesh->vertices_mm = {{0, 0, 0}, {1, 0, 0}, {0, 1, 0}};
    mesh->triangles.assign(triangles, {0, 1, 2});
    auto started = GuidanceServer::start(
        config, {names_for_test(), {mesh, mesh}, {"issue=slice_spacing_large text=2.01 mm"}},
        {newest, lines, wake, time, WallClock{}});
    REQUIRE(started);
    server = std::move(started).value();
  }
  void publish(std::uint64_t sequence) {
    Guidance g = guidance_for_test(sequence);
    g.now = time.now();
    newest.publish(g);
    wake.notify();
  }
  std::unique_ptr<IgtlClient> connect() const {
    auto c = IgtlClient::connect({"127.0.0.1", server->port()}, patience);
    REQUIRE(c);
    return std::move(c).value();
  }

  Latest<Guidance> newest;
  StateLineRing lines;
  Signal wake;
  SessionTime time;
  std::unique_ptr<GuidanceServer> server;
};

// Messages until one satisfies `wanted`; the test fails when none comes.
std::vector<Message> until(IgtlClient& c, const std::function<bool(const Message&)>& wanted) {
  std::vector<Message> all;
  bool found = false;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!found && std::chrono::steady_clock::now() < end) {
    const auto got = c.receive(milliseconds(100), [&](const Message& m) {
      all.push_back(m);
      found = found || wanted(m);
    });
    REQUIRE(got);
  }
  REQUIRE(found);
  return all;
}

std::function<bool(const Message&)> line_with(const std::string& text) {
  return [text](const Message& m) {
    const auto* s = std::get_if<StringBody>(&m.body);
    return s != nullptr && s->text.find(text) != std::string::npos;
  };
}

void wait_for(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  REQUIRE(condition());
}

}  // namespace

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
  until(*reader, [](const Message& m) { return m.header.type == "STATUS"; });
  for (std::uint64_t i = 1; i <= 50; ++i) {
    stage.publish(i);
    until(*reader, line_with("sequence=" + std::to_string(i) + " tool=Probe"));
  }
  wait_for([&] { return stage.server->stats().closed_stalled.value() == 1; });
  CHECK(stage.server->stats().clients == 1);
  stage.publish(51);
  until(*reader, line_with("sequence=51 tool=Probe"));
}

TEST_CASE("state changes all arrive, in order, however fast guidance comes") {
  Stage stage;
  const auto client = stage.connect();
  until(*client, [](const Message& m) { return m.header.type == "STATUS"; });
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
    until(*client, [](const Message& m) { return m.header.type == "STATUS"; });
  }
  Stage second(config);
  CHECK(second.server->port() == config.port);
  const auto client = second.connect();
  until(*client, [](const Message& m) { return m.header.type == "STATUS"; });
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
  until(*first, [](const Message& m) { return m.header.type == "STATUS"; });
  const auto second = stage.connect();
  wait_for([&] { return stage.server->stats().refused_full.value() == 1; });
  until(*first, [](const Message& m) { return m.header.type == "STATUS"; });
}

TEST_CASE(
    "H24: a display that sends poses is not listened to, and hostile bytes end only its link") {
  Stage stage;
  const auto good = stage.connect();
  const auto poser = stage.connect();
  Buffer pose;
  append_transform(pose, {1, "NeedleToRas"}, std::array<float, 12>{});
  REQUIRE(poser->send(pose, patience));
  wait_for([&] { return stage.server->stats().inbound_dropped.value() == 1; });
  const auto hostile = stage.connect();
  Buffer evil;
  append_query(evil, {2, "x"}, "STATUS");
  store_be(evil.data() + 42, ~std::uint64_t{0});
  REQUIRE(hostile->send(evil, patience));
  wait_for([&] { return stage.server->stats().closed_malformed.value() == 1; });
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
