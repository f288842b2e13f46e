#include "drivers/igtl_source.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "engine/igtl/message_encoder.hpp"
#include "engine/igtl/message_stream.hpp"
#include "tests/drivers/driver_rig.hpp"
#include "tests/loopback.hpp"

// The whole source against a sender on loopback whose bytes the test writes.
using namespace trocar;
using namespace trocar::test;
using igtl::Buffer;

namespace {

IgtlSourceConfig config_for(std::uint16_t port) {
  IgtlSourceConfig c;
  c.host = "127.0.0.1";
  c.port = port;
  c.devices = {"RefToTracker", "NeedleToTracker"};
  c.marker_rms_mm = 0.2;
  c.clock.latency = 1ms;
  c.clock.latency_bound = 2ms;
  c.longest_back_off = 100ms;
  return c;
}

std::uint64_t stamp(std::uint64_t ms) { return (1'700'000'000ULL << 32U) + (ms << 32U) / 1000; }

std::string pose_bytes(const std::string& device, std::uint64_t ms, const char* status = "OK") {
  const std::array<igtl::MetadatumView, 1> metadata = {{{"TransformStatus", status}}};
  Buffer out;
  igtl::append_transform(out, {2, device, stamp(ms), 0, metadata},
                         std::array<float, 12>{1, 0, 0, 0, 1, 0, 0, 0, 1, 10, 20, -1500});
  return std::string(igtl::as_text(out));
}
std::string both(std::uint64_t ms) {
  return pose_bytes("RefToTracker", ms) + pose_bytes("NeedleToTracker", ms);
}

struct Running {
  explicit Running(IgtlSourceConfig c) : source(make_igtl_source(std::move(c))) {
    heard.outbox.images = &images;
    source->start(heard.outbox, heard.time);
  }
  ~Running() { source->stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  [[nodiscard]] bool said(Link link, const std::string& part) {
    return heard.until([&] {
      return std::any_of(heard.links.begin(), heard.links.end(), [&](const LinkChanged& l) {
        return l.link == link && l.detail.view().find(part) != std::string_view::npos;
      });
    });
  }

  Listener heard;
  Latest<ImageFrame> images;
  std::unique_ptr<Source> source;
};

}  // namespace

TEST_CASE("a source greets in version 2, says tracking with the first pose, and connects again") {
  const LoopbackListener listener;
  Running running(config_for(listener.port()));
  for (std::size_t round = 1; round <= 3; ++round) {
    Peer sender = listener.accept();
    CHECK(sender.hear(14) == std::string("\0\2STATUS\0\0\0\0\0\0", 14));
    sender.say(both(1000 * round) + both(1000 * round + 20));
    REQUIRE(running.heard.until([&] { return running.heard.poses_of(needle) == 2 * round; }));
    CHECK(running.heard.count(Link::tracking) == round);
    sender.close();
    REQUIRE(running.heard.until([&] { return running.heard.count(Link::lost) == round; }));
  }
  CHECK(running.heard.frames_without_link == 0);
}

TEST_CASE("a sender that was never greeted with version 2 can be an old one") {
  const LoopbackListener listener;
  IgtlSourceConfig c = config_for(listener.port());
  c.header_version = 1;
  c.ask_tracking = true;
  c.resolution = 20ms;
  Running running(c);
  const Peer sender = listener.accept();
  CHECK(sender.hear(14) == std::string("\0\1STT_TDATA\0\0\0", 14));
  sender.say(both(0));
  CHECK(running.heard.poses(needle, 1));
}

TEST_CASE("a body that the sender leaves out does not hold the others back") {
  const LoopbackListener listener;
  Running running(config_for(listener.port()));
  const Peer sender = listener.accept();
  sender.say(pose_bytes("RefToTracker", 0));
  CHECK(running.heard.poses(reference, 1));
}

TEST_CASE("H1: a body that the sender calls missing is missing, though a matrix came") {
  const LoopbackListener listener;
  Running running(config_for(listener.port()));
  const Peer sender = listener.accept();
  sender.say(pose_bytes("RefToTracker", 0) + pose_bytes("NeedleToTracker", 0, "OUT_OF_VIEW"));
  REQUIRE(running.heard.until(
      [&] { return running.heard.missing_of(needle, Missing::not_seen) == 1; }));
  CHECK(running.heard.poses_of(needle) == 0);
}

TEST_CASE("H1: a sender that falls silent is given up, and what drips is no message") {
  const LoopbackListener listener;
  IgtlSourceConfig c = config_for(listener.port());
  c.silent_after = 100ms;
  Running running(c);
  {
    const Peer sender = listener.accept();
    sender.say(both(0));
    CHECK(running.said(Link::lost, "said nothing for 100 ms"));
  }
  const Peer sender = listener.accept();
  const std::string bytes = both(0);
  bool ended = false;
  for (std::size_t i = 0; i < 60 && !ended; ++i) {
    ended = !sender.send(bytes.substr(i, 1));
    std::this_thread::sleep_for(10ms);
  }
  CHECK(ended);
}

TEST_CASE("hostile: bytes that are no OpenIGTLink, and sizes that are none, end the link only") {
  const LoopbackListener listener;
  Running running(config_for(listener.port()));
  {
    const Peer sender = listener.accept();
    sender.say("HTTP/1.1 200 OK\r\n\r\n");
    CHECK(running.said(Link::lost, "expected version 1 or 2"));
  }
  {
    Buffer evil;
    igtl::append_query(evil, {1, "RefToTracker"}, "TRANSFORM");
    igtl::store_be(evil.data() + 42, ~std::uint64_t{0});
    const Peer sender = listener.accept();
    sender.say(igtl::as_text(evil));
    CHECK(running.said(Link::lost, "at most"));
  }
  const Peer sender = listener.accept();
  sender.say(both(0));
  CHECK(running.heard.poses(needle, 1));
}

TEST_CASE("a name that nobody sends is said with the names that are heard") {
  const LoopbackListener listener;
  IgtlSourceConfig c = config_for(listener.port());
  c.silent_after = std::chrono::seconds(20);
  Running running(c);
  const Peer sender = listener.accept();
  sender.say(pose_bytes("StylusToTracker", 0));
  std::this_thread::sleep_for(2100ms);
  sender.say(pose_bytes("StylusToTracker", 20));
  CHECK(running.said(Link::connecting, "heard StylusToTracker"));
}

TEST_CASE("images are taken when the configuration says so, and passed over when not") {
  Buffer image;
  igtl::ImageHeader header;
  header.size = header.part = {8, 8, 1};
  header.columns = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  igtl::append_image(image, {1, "US", stamp(0)}, header, std::vector<std::byte>(128));
  for (const bool wanted : {false, true}) {
    const LoopbackListener listener;
    IgtlSourceConfig c = config_for(listener.port());
    c.images = wanted;
    Running running(c);
    const Peer sender = listener.accept();
    sender.say(std::string(igtl::as_text(image)) + both(0));
    REQUIRE(running.heard.poses(needle, 1));
    CHECK((running.images.take() != nullptr) == wanted);
  }
}

TEST_CASE("an image that nobody wants may be larger than what is read, and costs no pose") {
  Buffer image;
  igtl::ImageHeader header;
  header.size = header.part = {100, 100, 1};
  igtl::append_image(image, {1, "US", stamp(0)}, header, std::vector<std::byte>(20'000));
  const LoopbackListener listener;
  IgtlSourceConfig c = config_for(listener.port());
  c.max_message_bytes = 8192;
  Running running(c);
  const Peer sender = listener.accept();
  sender.say(std::string(igtl::as_text(image)) + both(0));
  CHECK(running.heard.poses(needle, 1));
  CHECK(running.heard.count(Link::lost) == 0);
}

TEST_CASE("as a server it takes one sender at a time, refuses a second, and takes the next") {
  const std::uint16_t port = closed_port();
  IgtlSourceConfig c = config_for(port);
  c.mode = IgtlSourceMode::server;
  Running running(c);
  const auto connect = [&] {
    Peer peer(::socket(AF_INET, SOCK_STREAM, 0));
    const sockaddr_in at = LoopbackListener::address(port);
    for (int i = 0; i < 500; ++i) {
      if (::connect(peer.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) break;
      ::usleep(10'000);
    }
    return peer;
  };
  Peer first = connect();
  first.say(both(0));
  REQUIRE(running.heard.poses(needle, 1));
  const Peer second = connect();
  first.say(both(20));
  REQUIRE(running.heard.poses(needle, 2));
  CHECK(second.ended());
  first.close();
  REQUIRE(running.heard.until([&] { return running.heard.count(Link::lost) == 1; }));
  const Peer third = connect();
  third.say(both(40));
  CHECK(running.heard.poses(needle, 3));
}
