// What a hospital's network may bring: every hostile client ends alone, counted under a reason,
// while a good one goes on at its rate.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <numeric>
#include <random>

#include "engine/igtl/crc64.hpp"
#include "engine/igtl/message_encoder.hpp"
#include "tests/engine/igtl/server_stage.hpp"

using namespace trocar;
using namespace trocar::igtl;
using namespace trocar::test;
using std::chrono::milliseconds;

namespace {

std::string text_of(const Buffer& b) { return std::string(as_text(b)); }

// A message of any type and content, version 1, with a sound CRC.
Buffer message_with(std::string_view type, const Buffer& content) {
  Buffer out;
  append_query(out, {1, "Evil"}, type);
  store_be(out.data() + 42, static_cast<std::uint64_t>(content.size()));
  store_be(out.data() + 50, crc64(content));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

const std::vector<std::uint64_t>& evil_sizes() {
  static const std::vector<std::uint64_t> sizes = {0,
                                                   1,
                                                   57,
                                                   58,
                                                   59,
                                                   (1ULL << 31U) - 1,
                                                   1ULL << 31U,
                                                   (1ULL << 31U) + 1,
                                                   (1ULL << 32U) - 1,
                                                   1ULL << 32U,
                                                   (1ULL << 32U) + 1,
                                                   (1ULL << 63U) - 1,
                                                   1ULL << 63U,
                                                   (1ULL << 63U) + 1,
                                                   ~0ULL - 1,
                                                   ~0ULL};
  return sizes;
}

// A client that reads on its own thread and knows the longest time between two guidances.
class GoodClient {
 public:
  explicit GoodClient(ServerStage& stage) : client_(stage.connect()), thread_([this] { read(); }) {}
  GoodClient(const GoodClient&) = delete;
  GoodClient& operator=(const GoodClient&) = delete;
  ~GoodClient() { stop(); }
  void stop() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] int poses() const { return poses_; }
  [[nodiscard]] bool lost() const { return lost_; }

 private:
  void read() {
    while (!ended_ && !lost_) {
      const auto got = client_->receive(milliseconds(20), [&](const Message& m) {
        if (m.header.device == "NeedleToRas") ++poses_;
      });
      if (!got) lost_ = true;
    }
  }
  std::unique_ptr<IgtlClient> client_;
  std::atomic<int> poses_{0};
  std::atomic<bool> lost_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

// Publishes at 100 Hz in the background.
class Navigator {
 public:
  explicit Navigator(ServerStage& stage)
      : thread_([this, &stage] {
          while (!ended_) {
            stage.publish(++published_);
            std::this_thread::sleep_for(milliseconds(10));
          }
        }) {}
  Navigator(const Navigator&) = delete;
  Navigator& operator=(const Navigator&) = delete;
  ~Navigator() {
    ended_ = true;
    thread_.join();
  }
  [[nodiscard]] std::uint64_t published() const { return published_; }

 private:
  std::atomic<std::uint64_t> published_{0};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::uint64_t all_refused(const ServerStage& stage) {
  const auto& refused = stage.server->stats().refused;
  return std::accumulate(refused.begin(), refused.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Counter& c) { return sum + c.value(); });
}

// Says `bytes` and waits until the server has sent it away under `why`.
void check_refused(ServerStage& stage, const std::string& bytes, Refusal why) {
  const std::uint64_t before = stage.refused(why);
  const Peer peer = stage.raw();
  (void)peer.send(bytes);
  wait_for([&] { return stage.refused(why) == before + 1; });
}

}  // namespace

TEST_CASE("hostile: greetings of other protocols are sent away at once") {
  ServerStage stage;
  for (const std::string& greeting :
       {std::string("GET / HTTP/1.1\r\nHost: trocar\r\n\r\n"),
        std::string("\x16\x03\x01\x02\x00", 5), std::string("SSH-2.0-x\r\n"),
        std::string("\x00\x00", 2), std::string("\x00\x03", 2), std::string("\xFF\xFF", 2)}) {
    check_refused(stage, greeting, Refusal::other_protocol);
  }
}

TEST_CASE("hostile: every size that a header can claim is refused or waited for in vain") {
  ServerConfig config = ServerStage::patient();
  config.message_deadline = milliseconds(50);
  config.heartbeat = milliseconds(20);
  ServerStage stage(config);
  const GoodClient good(stage);
  const Navigator navigator(stage);
  for (const char* type :
       {"STATUS", "STRING", "COMMAND", "STT_TDATA", "IMAGE", "BIND", "NOTHING"}) {
    for (const std::uint64_t size : evil_sizes()) {
      if (size == 0) continue;  // a query, or malformed at once
      Buffer evil;
      append_query(evil, {1, "Evil"}, type);
      store_be(evil.data() + 42, size);
      const std::uint64_t before = all_refused(stage);
      const Peer peer = stage.raw();
      (void)peer.send(text_of(evil));
      wait_for([&] { return all_refused(stage) == before + 1; });
    }
  }
  CHECK(stage.refused(Refusal::too_large) == 7 * 11);
  CHECK(stage.refused(Refusal::message_too_slow) == 7 * 4);
  CHECK_FALSE(good.lost());
}

TEST_CASE("hostile: sizes within a content are never believed") {
  ServerConfig config = ServerStage::patient();
  config.max_messages_per_s = 100'000;
  ServerStage stage(config);
  for (const std::uint64_t size : evil_sizes()) {
    Buffer string;
    ByteWriter s(string);
    s.number(us_ascii);
    s.number(static_cast<std::uint16_t>(size | 1U));
    Buffer command(134);
    ByteWriter c(command);
    c.number(us_ascii);
    c.number(static_cast<std::uint32_t>(size | 1U));
    check_refused(stage, text_of(message_with("STRING", string)), Refusal::malformed);
    check_refused(stage, text_of(message_with("COMMAND", command)), Refusal::malformed);
    Buffer extended;
    ByteWriter e(extended);
    e.number(std::uint16_t{12});
    e.number(static_cast<std::uint16_t>(size | 1U));
    e.number(static_cast<std::uint32_t>(size | 1U));
    e.number(std::uint32_t{0});
    Buffer two = message_with("STATUS", extended);
    two[1] = std::byte{2};
    check_refused(stage, text_of(two), Refusal::malformed);
  }
}

TEST_CASE("hostile: a damaged body ends the link, and is counted as such") {
  ServerStage stage;
  Buffer hello = make_hello();
  hello.back() ^= std::byte{1};
  check_refused(stage, text_of(hello), Refusal::bad_crc);
}

TEST_CASE("hostile: a nested BIND and an XML bomb cost a message and no more") {
  ServerStage stage;
  BindBody bind;
  for (int depth = 0; depth < 200; ++depth) {
    Message inner;
    inner.header.type = "BIND";
    inner.body = bind;
    Buffer bytes;
    append_message(bytes, inner);
    bind.children = {{"BIND", "deeper", {bytes.begin() + header_size, bytes.end()}}};
  }
  Message outer;
  outer.header = {1, "BIND", "Evil", 0, 0, 0};
  outer.body = bind;
  Buffer bytes;
  append_message(bytes, outer);
  const auto client = stage.connect();
  REQUIRE(client->send(bytes, patience));
  wait_for([&] { return stage.refused(Refusal::inbound_dropped) == 1; });
  Message bomb;
  bomb.header = {2, "COMMAND", "Evil", 0, 0, 0};
  bomb.body = CommandBody{1, "x", us_ascii,
                          "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\"><!ENTITY c \"&b;&b;&b;\">]>"
                          "<Command Name=\"&c;\"/>"};
  bytes.clear();
  append_message(bytes, bomb);
  REQUIRE(client->send(bytes, patience));
  until(*client, [](const Message& m) {
    const auto* c = std::get_if<CommandBody>(&m.body);
    return c != nullptr && c->text.find("document type") != std::string::npos;
  });
}

TEST_CASE("hostile: a client that drips a byte at a time is sent away at the deadline") {
  ServerConfig config = ServerStage::patient();
  config.message_deadline = milliseconds(300);
  ServerStage stage(config);
  const Peer peer = stage.raw();
  const std::string hello = text_of(make_hello());
  for (std::size_t i = 0; i < 20 && stage.refused(Refusal::message_too_slow) == 0; ++i) {
    (void)peer.send(hello.substr(i, 1));
    std::this_thread::sleep_for(milliseconds(100));
  }
  CHECK(stage.refused(Refusal::message_too_slow) == 1);
}

TEST_CASE("hostile: random bytes, with and without a sound header, end only their own link") {
  ServerConfig config = ServerStage::patient();
  config.max_messages_per_s = 100'000;
  config.message_deadline = milliseconds(50);
  ServerStage stage(config);
  const GoodClient good(stage);
  const Navigator navigator(stage);
  std::mt19937 random(7);
  for (int n = 0; n < 300; ++n) {
    Buffer noise(1 + random() % 500);
    for (auto& b : noise) b = static_cast<std::byte>(random());
    if (n % 3 == 1) noise = message_with("COMMAND", noise);
    if (n % 3 == 2) noise[0] = std::byte{0};
    const Peer peer = stage.raw();
    (void)peer.send(text_of(noise));
  }
  const ServerStats& stats = stage.server->stats();
  wait_for([&] {  // everyone met, and everyone but the good one gone
    return stats.accepted.value() + stage.refused(Refusal::too_many_clients) == 301 &&
           stats.clients == 1;
  });
  CHECK_FALSE(good.lost());
}

TEST_CASE("hostile: ten thousand quick connections leave the good client its rate, and no memory") {
  ServerStage stage;
  GoodClient good(stage);
  const Navigator navigator(stage);
  const auto storm = [&](int n) {
    for (int i = 0; i < n; ++i) (void)stage.raw();
  };
  storm(500);  // what is allocated once
  wait_for([&] { return stage.server->stats().clients <= 1; });
  const std::size_t before = resident_bytes();
  const int poses = good.poses();
  const std::uint64_t published = navigator.published();
  storm(10'000);
  wait_for([&] { return stage.server->stats().clients <= 1; });
  const auto seen = static_cast<double>(good.poses() - poses);
  CHECK(seen >= 0.9 * static_cast<double>(navigator.published() - published) - 2);
  CHECK(stage.refused(Refusal::connects_too_fast) > 1000);
  CHECK_FALSE(good.lost());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(resident_bytes() <= before + (1U << 20U));
#else
  (void)before;
#endif
}

TEST_CASE("hostile: who asks and never reads, or leaves a message half said, costs no memory") {
  ServerConfig config = ServerStage::patient();
  config.max_messages_per_s = 100'000;
  config.stall_limit = config.message_deadline = std::chrono::seconds(60);
  ServerStage stage(config);
  Message command;
  command.header = {2, "COMMAND", "Evil", 0, 0, 0};
  command.body =
      CommandBody{1, "x", us_ascii, "<Command Name=\"" + std::string(4000, '\'') + "\"/>"};
  Buffer question;
  append_message(question, command);
  std::string half = text_of(message_with("STRING", Buffer(config.max_message_bytes)));
  half.pop_back();
  const Peer first = stage.raw();
  first.say(text_of(question) + half);
  const auto answered = [&] { return stage.server->stats().commands.value(); };
  wait_for([&] { return answered() == 1; });
  const std::size_t before = resident_bytes();
  std::vector<Peer> evil;
  for (int i = 0; i < 15; ++i) {
    evil.push_back(stage.raw());
    const int little = 4096;
    setsockopt(evil.back().fd(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
    if (i % 3 == 0) evil.back().say(half);
    while (i % 3 != 0 &&
           ::send(evil.back().fd(), question.data(), question.size(), MSG_DONTWAIT) > 0) {
    }
  }
  for (std::uint64_t seen = 0; seen != answered();) {
    seen = answered();
    std::this_thread::sleep_for(milliseconds(200));
  }
  CHECK(all_refused(stage) == 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(resident_bytes() <= before + (1U << 20U));
#else
  (void)before;
#endif
}

TEST_CASE("hostile: a thousand idle connections are refused but for the places there are") {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
  setrlimit(RLIMIT_NOFILE, &files);
  ServerStage stage;
  GoodClient good(stage);
  const Navigator navigator(stage);
  const std::size_t before = resident_bytes();
  std::vector<Peer> idle;
  for (int i = 0; i < 1000; ++i) idle.push_back(stage.raw());
  wait_for([&] { return all_refused(stage) >= 985; });
  CHECK(stage.server->stats().clients <= 16);
  const int poses = good.poses();
  wait_for([&] { return good.poses() > poses + 20; });
  CHECK_FALSE(good.lost());
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(resident_bytes() <= before + (1U << 20U));
#else
  (void)before;
#endif
}
