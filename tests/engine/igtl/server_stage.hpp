#pragma once
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/igtl/client.hpp"
#include "engine/igtl/guidance_server.hpp"
#include "tests/engine/igtl/messages_for_test.hpp"
#include "tests/engine/igtl/scene_for_test.hpp"
#include "tests/loopback.hpp"

// A guidance server on loopback with one navigator (the test) behind it, and what its clients do.
namespace trocar::test {

inline constexpr Duration patience = std::chrono::seconds(20);

// Live session time that a test may put forward.
class SessionTime final : public TimeSource {
 public:
  [[nodiscard]] Timestamp now() const override { return steady_.now() + ahead_.load(); }
  void advance(Duration d) { ahead_ = ahead_.load() + d; }

 private:
  SteadyTime steady_;
  std::atomic<Duration> ahead_{Duration(0)};
};

struct ServerStage {
  // Silence is the subject of few tests; in the others a busy machine must not look like it.
  static ServerConfig patient() {
    ServerConfig config;
    config.silent_after = std::chrono::seconds(1);
    config.stream_messages_per_s = 0;  // tests publish faster than that
    return config;
  }
  static StreamScene scene_of(std::size_t triangles) {
    StreamScene scene = scene_for_test();
    auto mesh = std::make_shared<TriangleMesh>(*scene.surfaces[0]);
    mesh->triangles.assign(triangles, {0, 1, 2});
    scene.surfaces = {mesh, mesh};
    scene.warnings = {"issue=slice_spacing_large text=2.01 mm"};
    return scene;
  }
  explicit ServerStage(ServerConfig config = patient(), std::size_t triangles = 1)
      : ServerStage(std::move(config), scene_of(triangles)) {}
  ServerStage(ServerConfig config, StreamScene scene) {
    config.port = config.port == 18944 ? 0 : config.port;
    auto started =
        GuidanceServer::start(config, std::move(scene),
                              {newest, lines, wake, time, WallClock{}, &images, &remarks, &view});
    REQUIRE(started);
    server = std::move(started).value();
  }

  void publish(std::uint64_t sequence) {
    Guidance g = guidance_for_test(sequence);
    g.now = time.now();
    newest.publish(g);
    wake.notify();
  }
  [[nodiscard]] std::unique_ptr<igtl::IgtlClient> connect() const {
    auto c = igtl::IgtlClient::connect({"127.0.0.1", server->port()}, patience);
    REQUIRE(c);
    return std::move(c).value();
  }
  // A socket that says what it likes.
  [[nodiscard]] Peer raw() const {
    Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in at = LoopbackListener::address(server->port());
    REQUIRE(::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
    return peer;
  }
  [[nodiscard]] std::uint64_t refused(Refusal why) const { return server->stats().of(why).value(); }

  Latest<Guidance> newest;
  StateLineRing lines;
  Latest<ImageFrame> images;
  StateLineRing remarks;
  Latest<StreamView> view;
  Signal wake;
  SessionTime time;
  std::unique_ptr<GuidanceServer> server;
};

using Wanted = std::function<bool(const igtl::Message&)>;

// Messages until one is wanted; the test fails when none comes.
inline std::vector<igtl::Message> until(igtl::IgtlClient& c, const Wanted& wanted) {
  std::vector<igtl::Message> all;
  bool found = false;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!found && std::chrono::steady_clock::now() < end) {
    const auto got = c.receive(std::chrono::milliseconds(100), [&](const igtl::Message& m) {
      all.push_back(m);
      found = found || wanted(m);
    });
    REQUIRE(got);
  }
  REQUIRE(found);
  return all;
}

inline Wanted line_with(const std::string& text) {
  return [text](const igtl::Message& m) {
    const auto* s = std::get_if<igtl::StringBody>(&m.body);
    return s != nullptr && s->text.find(text) != std::string::npos;
  };
}

inline Wanted of_type(const std::string& type) {
  return [type](const igtl::Message& m) { return m.header.type == type; };
}

inline void wait_for(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  bool met = condition();  // asked once for each look: it may be so for an instant only
  while (!met && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    met = condition();
  }
  REQUIRE(met);
}

}  // namespace trocar::test
